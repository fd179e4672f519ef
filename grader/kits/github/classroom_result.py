"""Turn what `grader check --json` says into the result that GitHub Classroom's reporter reads, as a step's output."""

import base64
import json
import sys
from pathlib import Path

# Linux takes no environment variable of more than 128 KiB.
LARGEST = 120 << 10

exercises = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def encoded(longest: int) -> str:
    """Return the result in Base64, no message longer than that."""
    tests = [
        {
            "name": f"{name}: {check['title']}",
            "status": "pass" if check["outcome"] == "PASSED" or check["score"] > 0 else "fail",
            "score": check["score"],
            "message": check.get("message", "")[:longest],
            "test_code": check["id"],
            "filename": f"exercises/{name}.py",
            "line_no": 0,
            "duration": 0,
        }
        for name, exercise in exercises.items()
        for check in exercise["checks"]
    ]
    result = {
        "version": 1,
        "status": "pass" if all(test["status"] == "pass" for test in tests) else "fail",
        "max_score": sum(exercise["points"] for exercise in exercises.values()),
        "tests": tests,
    }
    return base64.b64encode(json.dumps(result, ensure_ascii=False).encode("utf-8", "replace")).decode()


print("result=" + next(found for found in map(encoded, (4000, 1000, 250, 0)) if len(found) <= LARGEST))

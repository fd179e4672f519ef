"""What right students use works behind the walls, and a wall that is in the way is seen here first."""

import pytest


@pytest.mark.parametrize(
    "body",
    [
        "g = tf.Graph()\n    with g.as_default():\n        x = tf1.placeholder(tf.float32, [1, 8, 8, 3])\n"
        "        w = tf1.get_variable('w', [3, 3, 3, 4])\n        y = tf.nn.conv2d(x, w, 1, 'SAME')\n"
        "        d = tf.gradients(y, w)[0]\n        with tf1.Session() as s:\n"
        "            s.run(tf1.global_variables_initializer())\n"
        "            return list(s.run(d, {x: np.ones((1, 8, 8, 3))}).shape) == [3, 3, 3, 4]",
        "y = tf.nn.conv2d(tf.ones([1, 8, 8, 3]), tf.ones([3, 3, 3, 4]), 1, 'VALID')\n"
        "    return float(tf.reduce_sum(y)) == 3888.0",
        "f = tf.function(lambda a: tf.linalg.matmul(a, a))\n    return float(f(tf.eye(64))[3, 3]) == 1.0",
        "with tf.GradientTape() as tape:\n        v = tf.Variable(3.0)\n        y = v * v\n"
        "    return float(tape.gradient(y, v)) == 6.0",
        "import scipy.signal, scipy.ndimage, scipy.linalg\n"
        "    return bool(scipy.signal.convolve2d(np.ones((5, 5)), np.ones((3, 3))).max() == 9 "
        "and scipy.linalg.svdvals(np.eye(50)).sum() > 49)",
        "import matplotlib.pyplot as plt\n    plt.imshow(np.eye(8)); plt.title('ü'); plt.savefig('/tmp/x.png')\n"
        "    plt.savefig('figure.pdf'); plt.show(); plt.close()\n"
        "    import os; return os.path.getsize('/tmp/x.png') > 500",
        "from PIL import Image, ImageDraw, ImageFont\n    i = Image.new('RGB', (64, 64)); "
        "ImageDraw.Draw(i).text((1, 1), 'x')\n    i.resize((32, 32)).save('/tmp/x.jpg')\n"
        "    return Image.open('/tmp/x.jpg').size == (32, 32)",
        "from IPython.display import display, HTML\n    display(HTML('x')); return True",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "    with ThreadPoolExecutor(4) as pool: return sum(pool.map(abs, range(-9, 0))) == 45",
        "import tempfile, logging, random, time, datetime, uuid, secrets, json, pickle, csv, sqlite3, mmap\n"
        "    time.sleep(0.01); tf1.logging.info('x'); warnings.warn('x')\n"
        "    with tempfile.NamedTemporaryFile() as f:\n"
        "        f.write(b'x' * 4096); f.flush(); mmap.mmap(f.fileno(), 0).close()\n"
        "    sqlite3.connect('/tmp/x.db').execute('create table t (a)'); return len(uuid.uuid4().hex) == 32",
        "x = np.random.default_rng(0).normal(size=(300, 300)); np.save('/tmp/x.npy', x)\n"
        "    same = np.allclose(np.load('/tmp/x.npy', mmap_mode='r'), x)\n"
        "    return bool(same and np.linalg.norm(x @ np.linalg.inv(x)) > 1)",
        "from exercises.utils import images, inception\n    return inception.get_inception_model('tiny') is not None",
        "import inspect; return 'inspect' in inspect.getsource(attack)",
    ],
    ids=["session", "eager", "function", "tape", "SciPy", "matplotlib", "Pillow", "IPython", "threads", "library",
         "NumPy", "helpers", "inspect"],
)  # fmt: skip
def test_it_works(submit, body):
    source = f"import warnings\nimport numpy as np, tensorflow as tf\ntf1 = tf.compat.v1\ndef attack():\n    {body}\n"
    ran = submit(source, cpu_seconds=8.0, wall_seconds=20.0, total_wall_seconds=30.0)
    assert ran.value() is True
    assert "not permitted" not in ran.printed

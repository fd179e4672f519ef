"""Submissions found on disk and read into plain bytes; nothing here runs a student's code."""

from grader.submission.discovery import Found, SubmissionError, find
from grader.submission.intake import SizeLimits
from grader.submission.reading import Submission, collect, preview, read

__all__ = ["Found", "SizeLimits", "Submission", "SubmissionError", "collect", "find", "preview", "read"]

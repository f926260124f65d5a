"""Reads the same result file with Python `instructor` and with this crate, and prints lines a second.

    pip install instructor
    cargo bench -p instructor-batch --bench batch -- generate output.jsonl   (LINES=100000)
    python benches/python/compare.py output.jsonl

Python's parser reads no tool calls, so it gets the same answers as content: the file is rewritten
before the clock starts. Neither side reads from the network.
"""

import json
import subprocess
import sys
import time
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

from instructor.batch import BatchProcessor
from pydantic import BaseModel, Field, StringConstraints


class Line(BaseModel):
    item: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=10_000)]
    price: Annotated[float, Field(ge=0)]


class Address(BaseModel):
    street: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    city: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    country: Annotated[str, StringConstraints(min_length=2, max_length=2)]


class Payment(str, Enum):
    transfer = "transfer"
    card = "card"
    cash = "cash"


class Invoice(BaseModel):
    number: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern="^INV-")]
    seller: Annotated[str, StringConstraints(min_length=1)]
    address: Address
    contact: Optional[Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]] = None
    lines: Annotated[list[Line], Field(min_length=1, max_length=100)]
    payment: Payment
    total: Annotated[float, Field(ge=0, le=1_000_000)]


def as_content(line):
    """The same line with the arguments of the call as content; a broken line stays as it is."""
    try:
        row = json.loads(line)
        message = row["response"]["body"]["choices"][0]["message"]
        message["content"] = message.pop("tool_calls")[0]["function"]["arguments"]
        return json.dumps(row)
    except (KeyError, TypeError, ValueError):
        return line


def main():
    path = Path(sys.argv[1])
    text = "\n".join(as_content(line) for line in path.read_text("utf-8").split("\n") if line)
    lines = text.count("\n") + 1
    processor = BatchProcessor("openai/gpt-4.1-mini", Invoice)

    start = time.perf_counter()
    results = processor.parse_results(text)
    python = time.perf_counter() - start
    good = sum(1 for result in results if result.success)
    print(f"Python instructor: {good} of {lines} lines, {lines / python:,.0f} lines/s")

    command = ["cargo", "bench", "-q", "-p", "instructor-batch", "--bench", "batch", "--", "parse"]
    if len(sys.argv) > 2:
        command = [sys.argv[2], "parse"]
    told = subprocess.run([*command, str(path.resolve())], capture_output=True, text=True, check=True)
    for row in told.stdout.splitlines():
        threads, good, seconds = row.split()
        rate = lines / float(seconds)
        print(f"this crate, {threads} thread(s): {good} of {lines} lines, {rate:,.0f} lines/s, "
              f"{python / float(seconds):.1f} times as fast")


if __name__ == "__main__":
    main()

"""One piece of work in pandas: work.py metrics|iqr|iqr-column|zscore|zscore-column|normalize|normalize-distinct input.csv output

Prints one line of JSON: seconds and CPU seconds from before the reading until the answer is written, and the peak memory of the process.
Starting the interpreter and importing pandas are not counted.
"""
import json
import os
import sys
import time

import pandas as pd


def metrics(source, target):
    frame = pd.read_csv(source)
    answer = {
        "rows": len(frame),
        "columns": frame.shape[1],
        "null_ratio": float(frame.isna().mean().mean()),
        "duplicates": int(frame.duplicated(keep=False).sum()),
    }
    with open(target, "w") as file:
        json.dump({"metrics": answer}, file)


def anomalies(source, target, outside, only=None):
    column = pd.read_csv(source, usecols=only)["total_rooms"].dropna()
    found = column[outside(column)]
    with open(target, "w") as file:
        file.write('{"anomalies_count":%d,"anomalies":' % len(found))
        file.write(found.to_json(orient="values", double_precision=15))
        file.write(',"rows":')
        # dumps goes through the C encoder; dump would write element by element.
        file.write(json.dumps(found.index.tolist()))
        file.write("}")


def iqr(column):
    low, high = column.quantile([0.25, 0.75])
    reach = 1.5 * (high - low)
    return (column < low - reach) | (column > high + reach)


def zscore(column):
    return (column - column.mean()).abs() / column.std(ddof=0) > 3


def normalize(source, target, distinct):
    frame = pd.read_csv(source)
    if distinct:
        frame = frame.drop_duplicates()
    frame["total_bedrooms"] = frame["total_bedrooms"].fillna(frame["total_bedrooms"].median())
    columns = ["total_bedrooms", "households"]
    low, high = frame[columns].min(), frame[columns].max()
    frame[columns] = (frame[columns] - low) / (high - low)
    frame.to_csv(target, index=False)


WORK = {
    "metrics": metrics,
    "iqr": lambda source, target: anomalies(source, target, iqr),
    "zscore": lambda source, target: anomalies(source, target, zscore),
    # The same when the writer knows that read_csv need not convert the other columns.
    "iqr-column": lambda source, target: anomalies(source, target, iqr, ["total_rooms"]),
    "zscore-column": lambda source, target: anomalies(source, target, zscore, ["total_rooms"]),
    "normalize": lambda source, target: normalize(source, target, distinct=False),
    "normalize-distinct": lambda source, target: normalize(source, target, distinct=True),
}


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def main(work, source, target):
    started, before = time.perf_counter(), os.times()
    WORK[work](source, target)
    seconds, after = time.perf_counter() - started, os.times()
    print(json.dumps({
        "seconds": seconds,
        "user_seconds": after.user - before.user,
        "system_seconds": after.system - before.system,
        "peak_bytes": peak_bytes(),
        "version": pd.__version__,
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])

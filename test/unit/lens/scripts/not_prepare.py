import argparse

import pandas as pd
from sklearn.preprocessing import StandardScaler


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    args = parser.parse_args()
    frame = pd.read_csv(args.source)
    scaler = StandardScaler()
    frame[:] = scaler.fit(frame).transform(frame)
    frame.to_csv("data/scaled.csv")
    for name, column in frame.items():
        print(f"{name}: mean {column.mean():.3f}")


if __name__ == "__main__":
    main()

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

frame = pd.read_csv("data/churn.csv")
train, test = train_test_split(frame, random_state=0)
scaler = StandardScaler()
scaler.fit(train.drop(columns="churn"))
forest = RandomForestClassifier(n_estimators=200)
forest.fit(scaler.transform(train.drop(columns="churn")), train["churn"])
f1 = f1_score(test["churn"], forest.predict(scaler.transform(test.drop(columns="churn"))))
print("f1: {:.4f}".format(f1))
joblib.dump(forest, "forest.joblib")

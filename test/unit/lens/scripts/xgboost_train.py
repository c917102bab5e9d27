import xgboost as xgb

dtrain = xgb.DMatrix("data/train.svm?format=libsvm")
dtest = xgb.DMatrix("data/test.svm?format=libsvm")
params = {"max_depth": 4, "eta": 0.1, "objective": "binary:logistic", "eval_metric": "auc"}
booster = xgb.train(params, dtrain, 100, evals=[(dtest, "test")], verbose_eval=10)
booster.save_model("model.ubj")

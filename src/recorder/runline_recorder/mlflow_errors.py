"""What a client is told when a call can't be done: MLflow's codes, their HTTP status, its texts."""

import json

STATUS = {
    "INVALID_PARAMETER_VALUE": 400,
    "BAD_REQUEST": 400,
    "RESOURCE_ALREADY_EXISTS": 400,
    "INVALID_STATE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "ENDPOINT_NOT_FOUND": 404,
    "REQUEST_TOO_LARGE": 413,
    "NOT_IMPLEMENTED": 501,
    # Not one that clients try again: that would hold the script up for minutes.
    "STORAGE_FULL": 507,
}


class Refusal(Exception):
    """Ends a call with a code of `STATUS` and a text. `elsewhere`: another server may know better."""

    def __init__(self, code, message, elsewhere=False):
        super().__init__(message)
        self.code = code
        self.message = message
        self.elsewhere = elsewhere

    @property
    def status(self):
        return STATUS[self.code]

    def body(self):
        return {"error_code": self.code, "message": self.message}


def invalid(message):
    return Refusal("INVALID_PARAMETER_VALUE", message)


def invalid_value(path, value, why=None):
    """MLflow's words for a value that is not allowed."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    end = " supplied: %s" % why if why else " supplied."
    return invalid("Invalid value %s for parameter '%s'%s" % (text, path, end))


def missing(path):
    return invalid("Missing value for required parameter '%s'.%s" % (path, SEE))


def unknown_run(run_id):
    return Refusal("RESOURCE_DOES_NOT_EXIST", "Run with id=%s not found" % run_id, elsewhere=True)


SEE = " See the API docs for more information about request parameters."

"""boto3 as a small server on loopback: one POST is one call of an AWS service.

A request is {"service", "operation", "parameters", "endpoint", "key", "secret"}. The answer is
{"status", "body", "output", "error", "faults"}: the raw JSON body as it came, boto3's reading of it (streams as
base64, times as seconds), the error's code, and every place where the raw body disagrees with botocore's model. With
"describe" nothing is called: the answer is {"errors"}, those that the model declares for the operation.
"""
import base64, datetime, json, os, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3, botocore.config, botocore.exceptions, botocore.response

# Errors that every service of AWS may answer, beside those of an operation's own list.
COMMON_ERRORS = {
    "ValidationException", "SerializationException", "UnknownOperationException", "InvalidSignatureException",
    "UnrecognizedClientException", "IncompleteSignatureException", "MissingAuthenticationTokenException",
    "AccessDeniedException", "ThrottlingException", "InternalFailure", "ServiceUnavailable",
}
# Others are not JSON, or not ours.
JSON_SERVICES = ("codepipeline", "codeconnections", "codestar-connections")
raw = threading.local()
clients, lock = {}, threading.Lock()


def walk(value, shape, path, faults):
    kind = shape.type_name
    if value is None:
        faults.append(f"{path}: null")
    elif kind == "structure":
        walk_structure(value, shape, path, faults)
    elif kind == "list":
        if not isinstance(value, list):
            faults.append(f"{path}: not an array")
        else:
            for index, item in enumerate(value):
                walk(item, shape.member, f"{path}[{index}]", faults)
    elif kind == "map":
        if not isinstance(value, dict):
            faults.append(f"{path}: not an object")
        else:
            for key, item in value.items():
                walk(key, shape.key, f"{path} key {key}", faults)
                walk(item, shape.value, f"{path}.{key}", faults)
    else:
        walk_scalar(value, shape, path, faults)


def walk_structure(value, shape, path, faults):
    if not isinstance(value, dict):
        faults.append(f"{path}: not an object")
        return
    names = {m.serialization.get("name", n): n for n, m in shape.members.items()}
    for name, item in value.items():
        if name not in names:
            faults.append(f"{path}.{name}: unknown member of {shape.name}")
        else:
            walk(item, shape.members[names[name]], f"{path}.{name}", faults)
    for name in shape.required_members:
        if shape.members[name].serialization.get("name", name) not in value:
            faults.append(f"{path}.{name}: required by {shape.name}, missing")


def walk_scalar(value, shape, path, faults):
    kind, number = shape.type_name, isinstance(value, (int, float)) and not isinstance(value, bool)
    good = {
        "string": isinstance(value, str), "blob": isinstance(value, str), "boolean": isinstance(value, bool),
        "integer": number and isinstance(value, int), "long": number and isinstance(value, int),
        "timestamp": number, "float": number, "double": number,
    }[kind]
    if not good:
        faults.append(f"{path}: {json.dumps(value)} is no {kind} ({shape.name})")
        return
    if kind == "string":
        if shape.enum and value not in shape.enum:
            faults.append(f"{path}: '{value}' is none of {shape.name}'s values")
        if len(value) < shape.metadata.get("min", 0) or len(value) > shape.metadata.get("max", 1 << 30):
            faults.append(f"{path}: {len(value)} characters, outside of {shape.name}'s bounds")


def check(operation_model, response):
    """Called with the body as it came, before botocore reads it."""
    raw.status, raw.body, raw.faults = response["status_code"], None, []
    if operation_model.service_model.service_name not in JSON_SERVICES:
        return
    text = response["body"]
    try:
        raw.body = json.loads(text or b"{}", parse_constant=lambda word: raw.faults.append(f"constant {word}"))
    except ValueError as error:
        raw.faults.append(f"not JSON: {error}")
        return
    content = response["headers"].get("Content-Type", "")
    if content != f"application/x-amz-json-{operation_model.metadata['jsonVersion']}":  # botocore itself does not look
        raw.faults.append(f"content type {content!r}")
    if not response["headers"].get("x-amzn-RequestId"):
        raw.faults.append("no x-amzn-RequestId")
    if raw.status == 200:
        if operation_model.output_shape is None:
            if raw.body != {}:
                raw.faults.append("a body, though the operation has no output")
        else:
            walk(raw.body, operation_model.output_shape, operation_model.name, raw.faults)
    else:
        check_error(operation_model, raw.body)


def check_error(operation_model, body):
    code = body.get("__type", "").rsplit("#")[-1] if isinstance(body, dict) else ""
    shapes = {shape.error_code if hasattr(shape, "error_code") else shape.name: shape
              for shape in operation_model.error_shapes}
    if code in shapes:
        # Most error shapes have no members; every service answers a message all the same.
        known = {name: value for name, value in body.items() if name not in ("__type", "message")}
        walk(known, shapes[code], f"{operation_model.name} {code}", raw.faults)
    elif code not in COMMON_ERRORS:
        raw.faults.append(f"{operation_model.name}: '{code}' is not among its errors {sorted(shapes)}")
    if not isinstance(body, dict) or not (isinstance(body.get("message"), str) or isinstance(body.get("Message"), str)):
        raw.faults.append(f"{operation_model.name} {code}: no message")


def client(request):
    identity = tuple(request[name] for name in ("service", "endpoint", "key", "secret"))
    with lock:
        if identity not in clients:
            made = boto3.session.Session().client(
                identity[0], endpoint_url=identity[1], aws_access_key_id=identity[2],
                aws_secret_access_key=identity[3], region_name="us-east-1",
                config=botocore.config.Config(
                    parameter_validation=identity[0] == "s3", retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"}))
            made.meta.events.register(
                f"before-parse.{made.meta.service_model.service_id.hyphenize()}",
                lambda operation_model, response_dict, **_: check(operation_model, response_dict))
            clients[identity] = made
        return clients[identity]


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, botocore.response.StreamingBody):
        value = value.read()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


def call(request):
    raw.status, raw.body, raw.faults = 0, None, []
    made = client(request)
    if request.get("describe"):
        model = made.meta.service_model.operation_model(request["operation"])
        return {"errors": sorted(shape.name for shape in model.error_shapes)}
    parameters = request["parameters"]
    if request["service"] == "s3" and "Body" in parameters:
        parameters["Body"] = base64.b64decode(parameters["Body"])
    output, error = None, None
    try:
        output = made._make_api_call(request["operation"], parameters)
        output.pop("ResponseMetadata")
    except botocore.exceptions.ClientError as failure:
        error = failure.response["Error"].get("Code")
        output = failure.response["Error"].get("Message")
    return {"status": raw.status, "body": raw.body, "output": output, "error": error, "faults": raw.faults}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            status, answer = 200, call(request)
        except Exception as failure:  # the test shows it
            status, answer = 500, {"failure": f"{type(failure).__name__}: {failure}"}
        body = json.dumps(answer, default=plain).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
# Ends with the tests: they hold the other end of standard input.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()

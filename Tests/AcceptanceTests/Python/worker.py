"""A job worker in plain boto3: does one action's jobs, as a user would write it, and prints what it did as JSON lines.

Its only argument is a JSON object: endpoint, key, secret (of the gateway), store (the S3 endpoint), category, provider,
project, mode and seconds (how long it looks for a job). The modes:
  build      acknowledge, continue once with a token, read the inputs, write the outputs, succeed with a variable
  encrypted  the same in one go, and upload as Jenkins's AWS CodePipeline plugin does: always with SSE-KMS
  forgetful  succeed without writing the outputs
  fail       fail
  keyless    say what the job holds, and fail
  dies-idle  end after the poll, without an acknowledgement
  dies-busy  end after the acknowledgement
"""
import io, json, sys, time, zipfile

import boto3, botocore.config, botocore.exceptions

asked = json.loads(sys.argv[1])
patient = botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 10}, s3={"addressing_style": "path"})
pipelines = boto3.client(
    "codepipeline", endpoint_url=asked["endpoint"], aws_access_key_id=asked["key"],
    aws_secret_access_key=asked["secret"], region_name="us-east-1", config=patient)


def say(what, **facts):
    print(json.dumps({"what": what, **facts}), flush=True)


def poll():
    deadline = time.time() + asked["seconds"]
    while time.time() < deadline:
        answer = pipelines.poll_for_jobs(
            actionTypeId={"category": asked["category"], "owner": "Custom", "provider": asked["provider"], "version": "1"},
            maxBatchSize=1, queryParam={"ProjectName": asked["project"]})
        if answer["jobs"]:
            return answer["jobs"][0]
        time.sleep(0.05)
    return None


def store(data):
    keys = data["artifactCredentials"]
    return boto3.client(
        "s3", endpoint_url=asked["store"], aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"], aws_session_token=keys["sessionToken"],
        region_name="us-east-1", config=patient)


def encryption(data):
    if asked["mode"] != "encrypted":
        return {}
    key = data.get("encryptionKey")
    return {"ServerSideEncryption": "aws:kms", **({"SSEKMSKeyId": key["id"]} if key else {})}


def build(data):
    """Every text of the inputs in capital letters, in one archive for each output."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for artifact in data["inputArtifacts"]:
            place = artifact["location"]["s3Location"]
            got = store(data).get_object(Bucket=place["bucketName"], Key=place["objectKey"])["Body"].read()
            say("read", name=artifact["name"], bytes=len(got), revision=artifact.get("revision"))
            for entry in zipfile.ZipFile(io.BytesIO(got)).infolist():
                if not entry.is_dir():
                    text = zipfile.ZipFile(io.BytesIO(got)).read(entry).decode()
                    archive.writestr(entry.filename, text.upper())
    for artifact in data["outputArtifacts"]:
        place = artifact["location"]["s3Location"]
        store(data).put_object(
            Bucket=place["bucketName"], Key=place["objectKey"], Body=made.getvalue(), **encryption(data))
        say("wrote", name=artifact["name"], bytes=len(made.getvalue()))


def work(job):
    mode = asked["mode"]
    if mode == "dies-idle":
        return
    status = pipelines.acknowledge_job(jobId=job["id"], nonce=job["nonce"])["status"]
    say("acknowledged", status=status)
    if status != "InProgress" or mode == "dies-busy":
        return
    data = pipelines.get_job_details(jobId=job["id"])["jobDetails"]["data"]
    if mode == "build" and "continuationToken" not in data:
        pipelines.put_job_success_result(
            jobId=job["id"], continuationToken="begun",
            executionDetails={"summary": "begun", "externalExecutionId": "7", "percentComplete": 50})
        say("continues")
        again = poll()
        if again is None:
            return say("idle")
        say("polled", id=again["id"], token=again["data"]["continuationToken"])
        work(again)
    elif mode in ("build", "encrypted", "forgetful"):
        if mode != "forgetful":
            build(data)
        pipelines.put_job_success_result(
            jobId=job["id"], outputVariables={"FOLDER": "capitals"},
            executionDetails={"summary": "Finished", "externalExecutionId": "8", "percentComplete": 100})
        say("succeeded")
    else:
        say("holds", credentials="artifactCredentials" in data, configuration=data["actionConfiguration"])
        pipelines.put_job_failure_result(
            jobId=job["id"],
            failureDetails={"type": "JobFailed", "message": "Tests failed", "externalExecutionId": "9"})
        say("failed")


found = poll()
if found is None:
    say("idle")
else:
    say("polled", id=found["id"], nonce=found["nonce"])
    try:
        work(found)
    except botocore.exceptions.ClientError as refusal:
        say("refused", code=refusal.response["Error"]["Code"])

#!/bin/bash
# Makes the two buckets where they are missing, and has both keep what is deleted or overwritten as older versions.
# Only calls of the S3 protocol, so another store can take the place of the one in compose.yaml.
set -euo pipefail

s3() { aws --endpoint-url "$S3_ENDPOINT" s3api "$@"; }

for bucket in nexus-raw nexus-final; do
  s3 head-bucket --bucket "$bucket" >/dev/null 2>&1 || s3 create-bucket --bucket "$bucket" >/dev/null
  s3 put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
  echo "$bucket is there"
done

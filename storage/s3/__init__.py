"""Objects in a bucket of any S3 server, through the `minio` library."""

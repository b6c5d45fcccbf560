"""The record: DynamoDB, S3 and KMS."""

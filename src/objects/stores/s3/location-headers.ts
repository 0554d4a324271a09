import { hash } from "node:crypto";
import type { S3Location } from "../../../core/sync-plan.ts";

/** Headers that every request of a location carries. */
export function baseHeaders(location: S3Location): Readonly<Record<string, string>> {
  return location.requesterPays ? { "x-amz-request-payer": "requester" } : {};
}

/** Headers of what writes an object: PUT, COPY, CreateMultipartUpload. */
export function writeEncryptionHeaders(location: S3Location): Readonly<Record<string, string>> {
  const { encryption } = location;
  switch (encryption?.kind) {
    case undefined:
      return {};
    case "s3":
      return { "x-amz-server-side-encryption": "AES256" };
    case "kms":
      return {
        "x-amz-server-side-encryption": "aws:kms",
        ...(encryption.keyId === undefined ? {} : { "x-amz-server-side-encryption-aws-kms-key-id": encryption.keyId }),
      };
    case "customer":
      return customerKeyHeaders(location);
  }
}

/** Headers that reading an object under a customer's key needs too, and each of its parts. */
export function customerKeyHeaders(location: S3Location, source = false): Readonly<Record<string, string>> {
  if (location.encryption?.kind !== "customer") return {};
  const prefix = source ? "x-amz-copy-source-server-side-encryption-customer" : "x-amz-server-side-encryption-customer";
  const key = location.encryption.key.reveal();
  return {
    [`${prefix}-algorithm`]: "AES256",
    [`${prefix}-key`]: key,
    [`${prefix}-key-md5`]: hash("md5", Buffer.from(key, "base64"), "base64"),
  };
}

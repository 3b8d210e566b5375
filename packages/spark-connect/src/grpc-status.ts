/**
 * gRPC's status codes that are told apart here. They stand here so that what judges an error needs no gRPC library, which is loaded
 * while a session connects.
 *
 * @see https://grpc.io/docs/guides/status-codes/
 */
export const status = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

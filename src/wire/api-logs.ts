import type { ApiLogRow } from '../store/api-logs.ts'
import { isoSeconds } from './times.ts'

/** A logged request. A body that is not there, or was too large to be kept, is an empty object. */
export function toWireApiLog(row: ApiLogRow): object {
  return {
    request_id: row.requestId,
    client: row.client,
    http_method: row.httpMethod,
    http_status: row.httpStatus,
    request_origin: row.requestOrigin,
    request_path: row.requestPath,
    request_body: row.requestBody === null ? {} : JSON.parse(row.requestBody),
    request_response: row.requestResponse === null ? null : JSON.parse(row.requestResponse),
    api_version: row.apiVersion,
    logged_at: isoSeconds(row.loggedAt),
    created_at: isoSeconds(row.createdAt),
  }
}

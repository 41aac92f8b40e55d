import { createHash } from 'node:crypto'

/**
 * The advisory lock of one code of an organization, as a bigint text: shared while storing events of the code,
 * exclusive while its running state is rebuilt.
 */
export function usageLock(organizationId: string, code: string): string {
  const digest = createHash('md5').update(organizationId).update('\n').update(code).digest()
  return digest.readBigInt64BE(0).toString()
}

import { createHash } from 'node:crypto'
import { PORTAL_FILE_KINDS, type SentFiles } from '../../core/portal/portal-files.ts'
import type { PortalSettings } from '../../core/portal/portal-parts.ts'
import { notFound } from '../../core/refusal.ts'
import { planIdsOfCodes } from '../../store/coupons.ts'
import type { Tx } from '../../store/database.ts'
import { refusingDuplicates } from '../../store/duplicates.ts'
import { changePortalBrand, type OrganizationRow, updateOrganization } from '../../store/organizations.ts'
import {
  deletePortalFile,
  type PortalFileHashes,
  readPortalFileHashes,
  replacePortalFile,
} from '../../store/portal-files.ts'
import { readPortalPlanCodes, replacePortalPlans } from '../../store/portal-plans.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { checkDomain } from './portal-domains.ts'

/** What customers see of the portal. */
export type ShownSettings = {
  readonly row: OrganizationRow
  readonly planCodes: readonly string[]
  readonly files: PortalFileHashes
}

/**
 * Sets which parts of the portal customers see, between which plans they may change, its look, its domain and who may
 * embed it; it holds from their next request on. 404 `plans_not_found` when one of the plans does not exist; 422 for a domain that is not
 * proven, and for one that another organization has.
 */
export async function updatePortalSettings(
  context: Context,
  caller: Caller,
  { parts, planCodes, brand, files, domain, embeddingOrigins }: PortalSettings,
): Promise<ShownSettings> {
  const { organizationId } = caller
  // A domain that the organization has already is not proven again.
  if (domain && domain !== caller.organization.portalDomain) await checkDomain(context, caller, domain)
  return inTransaction(context.database, caller, async (tx) => {
    if (planCodes !== undefined) {
      const ids = await planIdsOfCodes(tx, planCodes)
      if (ids.length < planCodes.length) throw notFound('plans')
      await replacePortalPlans(tx, organizationId, ids)
    }
    await changePortalBrand(tx, organizationId, brand)
    await writeFiles(tx, caller, files)
    const written = updateOrganization(tx, organizationId, {
      portalParts: [...parts],
      ...(domain === undefined ? {} : { portalDomain: domain }),
      ...(embeddingOrigins === undefined ? {} : { portalEmbeddingOrigins: [...embeddingOrigins] }),
      updatedAt: ts(caller.now),
    })
    const row = await refusingDuplicates(written, 'organizations_portal_domain_key', 'domain')
    return { row, planCodes: await readPortalPlanCodes(tx), files: await readPortalFileHashes(tx) }
  })
}

async function writeFiles(tx: Tx, { organizationId, now }: Caller, files: SentFiles): Promise<void> {
  for (const kind of PORTAL_FILE_KINDS) {
    const file = files[kind]
    if (file === undefined) continue
    if (file === null) {
      await deletePortalFile(tx, kind)
      continue
    }
    const bytes = Buffer.from(file.base64, 'base64')
    const hash = createHash('sha256').update(bytes).digest('hex')
    await replacePortalFile(tx, { organizationId, kind, hash, contentType: file.contentType, bytes }, now)
  }
}

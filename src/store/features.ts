import { type Insertable, type RawBuilder, type Selectable, type SqlBool, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { PRIVILEGE_TYPES, type Privilege, type PrivilegeType } from '../core/entitlements/privilege-value.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { Features, Privileges } from './rows.ts'
import { anyOf, inParts, json, ts } from './values.ts'

/** A row has nine parameters, and a statement allows 65,535. */
const PRIVILEGES_AT_ONCE = 5000

export type StoredPrivilege = Privilege & { readonly id: string }

/** A feature with its privileges in order of creation. */
export type FeatureRow = Selectable<Features> & { readonly privileges: readonly StoredPrivilege[] }

/** Features in order of creation, by id or by code; unknown ones are omitted. */
export async function findFeatures(
  reads: Reads,
  by: { readonly ids: readonly string[] } | { readonly codes: readonly string[] },
): Promise<FeatureRow[]> {
  const wanted = 'ids' in by ? by.ids : by.codes
  if (wanted.length === 0) return []
  const isWanted =
    'ids' in by ? sql<SqlBool>`id = ${anyOf(by.ids)}` : sql<SqlBool>`code = any(${[...by.codes]}::text[])`
  const rows = await reads
    .selectFrom('features')
    .selectAll()
    .where(isWanted)
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return withPrivileges(reads, rows)
}

export async function findFeature(reads: Reads, code: string): Promise<FeatureRow | undefined> {
  return (await findFeatures(reads, { codes: [code] }))[0]
}

/** The feature, locked until the transaction ends, so that changes to its privileges are serialized. */
export async function lockFeature(tx: Tx, code: string): Promise<FeatureRow | undefined> {
  await tx
    .selectFrom('features')
    .select('id')
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .execute()
  return findFeature(tx, code)
}

/** A page of the features, the newest first; `search` matches codes, names and descriptions. */
export async function listFeatures(
  reads: Reads,
  slice: Slice,
  search: string | undefined,
): Promise<Listed<FeatureRow>> {
  const all = reads.selectFrom('features').selectAll().where(isListed(search))
  const { rows, total } = await pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
  return { rows: await withPrivileges(reads, rows), total }
}

function isListed(search: string | undefined): RawBuilder<SqlBool> {
  if (search === undefined) return sql<SqlBool>`deleted_at is null`
  const text = sql`concat_ws(chr(10), code, name, description)`
  return sql<SqlBool>`deleted_at is null and strpos(lower(${text}), lower(${search})) > 0`
}

async function withPrivileges(
  reads: Reads,
  features: readonly Selectable<Features>[],
): Promise<FeatureRow[]> {
  if (features.length === 0) return []
  const ids = features.map((feature) => feature.id)
  const rows = await reads
    .selectFrom('privileges')
    .selectAll()
    .where('featureId', '=', anyOf(ids))
    .where('deletedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const byFeature = new Map<string, StoredPrivilege[]>(ids.map((id) => [id, []]))
  for (const row of rows) byFeature.get(row.featureId)?.push(privilegeOfRow(row))
  return features.map((feature) => ({ ...feature, privileges: byFeature.get(feature.id) ?? [] }))
}

function privilegeOfRow(row: Selectable<Privileges>): StoredPrivilege {
  const { select_options: selectOptions } = row.config as { select_options?: string[] }
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    valueType: typeOf(row.valueType),
    selectOptions: selectOptions ?? [],
  }
}

function typeOf(text: string): PrivilegeType {
  const type = PRIVILEGE_TYPES.find((each) => each === text)
  if (!type) throw new Error(`no such type of privilege: ${text}`)
  return type
}

/** 422 `code: value_already_exist` when another feature has the code. */
export async function insertFeature(tx: Tx, row: Insertable<Features>): Promise<void> {
  await refusingDuplicates(tx.insertInto('features').values(row).execute(), 'features_code', 'code')
}

export async function updateFeature(tx: Tx, id: string, set: Updateable<Features>): Promise<void> {
  await tx.updateTable('features').set(set).where('id', '=', id).execute()
}

/**
 * Writes a feature's privileges: new codes are added in this order, existing ones get a new name and configuration.
 */
export async function writePrivileges(
  tx: Tx,
  feature: { readonly organizationId: string; readonly id: string },
  privileges: readonly Privilege[],
  now: Instant,
): Promise<void> {
  if (privileges.length === 0) return
  const rows = privileges.map((privilege) => ({
    organizationId: feature.organizationId,
    id: newId(),
    featureId: feature.id,
    code: privilege.code,
    name: privilege.name,
    valueType: privilege.valueType,
    config: json(privilege.valueType === 'select' ? { select_options: privilege.selectOptions } : {}),
    createdAt: ts(now),
    updatedAt: ts(now),
  }))
  for (const some of inParts(rows, PRIVILEGES_AT_ONCE)) {
    await tx
      .insertInto('privileges')
      .values(some)
      .onConflict((oc) =>
        oc
          .columns(['organizationId', 'featureId', 'code'])
          .where('deletedAt', 'is', null)
          .doUpdateSet((eb) => ({
            name: eb.ref('excluded.name'),
            config: eb.ref('excluded.config'),
            updatedAt: ts(now),
          })),
      )
      .execute()
  }
}

/** Deletes privileges of a feature, and their values on plans and subscriptions. */
export async function deletePrivileges(tx: Tx, privilegeIds: readonly string[], now: Instant): Promise<void> {
  if (privilegeIds.length === 0) return
  await tx.deleteFrom('entitlementRemovals').where('privilegeId', '=', anyOf(privilegeIds)).execute()
  await tx.deleteFrom('entitlementValues').where('privilegeId', '=', anyOf(privilegeIds)).execute()
  await tx
    .updateTable('privileges')
    .set({ deletedAt: ts(now), updatedAt: ts(now) })
    .where('id', '=', anyOf(privilegeIds))
    .execute()
}

/** Deletes a feature with its privileges, and removes it from all plans and subscriptions. */
export async function deleteFeature(tx: Tx, feature: FeatureRow, now: Instant): Promise<void> {
  await deletePrivileges(
    tx,
    feature.privileges.map(({ id }) => id),
    now,
  )
  await tx.deleteFrom('entitlementRemovals').where('featureId', '=', feature.id).execute()
  await tx.deleteFrom('entitlements').where('featureId', '=', feature.id).execute()
  await updateFeature(tx, feature.id, { deletedAt: ts(now), updatedAt: ts(now) })
}

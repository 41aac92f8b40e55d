import type { Insertable, Selectable, Updateable } from 'kysely'
import type { DunningThreshold } from '../core/dunning/steps.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { insertRows } from './insert-rows.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { DunningCampaigns } from './rows.ts'
import { anyOf, groupedBy } from './values.ts'

export type DunningCampaignRow = Selectable<DunningCampaigns>

/** A campaign with its thresholds, by currency. */
export type DunningCampaignView = DunningCampaignRow & { readonly thresholds: readonly DunningThreshold[] }

/** The campaign with a code, unless it is deleted. */
export async function findCampaign(reads: Reads, code: string): Promise<DunningCampaignRow | undefined> {
  return reads
    .selectFrom('dunningCampaigns')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** The same, locked for a change. */
export async function lockCampaign(tx: Tx, code: string): Promise<DunningCampaignRow | undefined> {
  return tx
    .selectFrom('dunningCampaigns')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** The same, held as it is while it is given to customers. */
export async function holdCampaign(tx: Tx, code: string): Promise<DunningCampaignRow | undefined> {
  return tx
    .selectFrom('dunningCampaigns')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .forShare()
    .executeTakeFirst()
}

export async function findCampaignsById(reads: Reads, ids: readonly string[]): Promise<DunningCampaignRow[]> {
  if (ids.length === 0) return []
  return reads.selectFrom('dunningCampaigns').selectAll().where('id', '=', anyOf(ids)).execute()
}

/** One page of the campaigns, newest first. */
export async function listCampaigns(reads: Reads, slice: Slice): Promise<Listed<DunningCampaignRow>> {
  const all = reads.selectFrom('dunningCampaigns').selectAll().where('deletedAt', 'is', null)
  return pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
}

/** Campaigns with their thresholds, in the same order. */
export async function campaignViews(
  reads: Reads,
  campaigns: readonly DunningCampaignRow[],
): Promise<DunningCampaignView[]> {
  if (campaigns.length === 0) return []
  const rows = await reads
    .selectFrom('dunningThresholds')
    .select(['dunningCampaignId', 'currency', 'amountCents'])
    .where('dunningCampaignId', '=', anyOf(campaigns.map(({ id }) => id)))
    .orderBy('currency')
    .execute()
  const byCampaign = groupedBy(rows, ({ dunningCampaignId }) => dunningCampaignId)
  return campaigns.map((campaign) => ({ ...campaign, thresholds: byCampaign.get(campaign.id) ?? [] }))
}

/** 422 `code: value_already_exist` when another campaign has the code. */
export async function insertCampaign(tx: Tx, row: Insertable<DunningCampaigns>): Promise<void> {
  await refusingDuplicates(tx.insertInto('dunningCampaigns').values(row).execute(), CODE_INDEX, 'code')
}

/** 422 like `insertCampaign`. */
export async function updateCampaign(tx: Tx, id: string, set: Updateable<DunningCampaigns>): Promise<void> {
  const update = tx.updateTable('dunningCampaigns').set(set).where('id', '=', id)
  await refusingDuplicates(update.execute(), CODE_INDEX, 'code')
}

const CODE_INDEX = 'dunning_campaigns_code'

/** Replaces the thresholds of a campaign. */
export async function replaceThresholds(
  tx: Tx,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
  thresholds: readonly DunningThreshold[],
): Promise<void> {
  await tx.deleteFrom('dunningThresholds').where('dunningCampaignId', '=', id).execute()
  const rows = thresholds.map((each) => ({ ...each, organizationId, dunningCampaignId: id }))
  await insertRows(tx, 'dunningThresholds', rows)
}

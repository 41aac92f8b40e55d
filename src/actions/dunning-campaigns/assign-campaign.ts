import { nextLookAt } from '../../core/dunning/steps.ts'
import type { Input } from '../../core/input/fields.ts'
import { Fields } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { notFound, refuseIfAny } from '../../core/refusal.ts'
import { lockBillingEntity, updateBillingEntity } from '../../store/billing-entities.ts'
import { lockCustomerByExternalId, lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import {
  type CustomerDunning,
  customersToDun,
  readDunning,
  resetDunning,
  scheduleDunning,
  writeDunningSettings,
} from '../../store/dunning.ts'
import { holdCampaign } from '../../store/dunning-campaigns.ts'
import { lockSettings } from '../../store/inherited-settings.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Gives a customer a campaign of its own (null: its billing entity's), or leaves it alone. A customer to whom another
 * campaign applies from now on starts over. 404 for an unknown customer or campaign.
 */
export async function setCustomerDunning(
  context: Context,
  caller: Caller,
  externalCustomerId: string,
  input: Input,
): Promise<CustomerDunning> {
  const { code, isExcluded } = readAssignment(input)
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const campaignId = await idOfCampaign(tx, code)
    const customer = await lockCustomerByExternalId(tx, externalCustomerId)
    if (!customer) throw notFound('customer')
    const before = await readDunning(tx, customer.id)
    await writeDunningSettings(
      tx,
      {
        organizationId,
        customerId: customer.id,
        campaignId: campaignId === undefined ? before.ownCampaignId : campaignId,
        isExcluded: isExcluded ?? before.isExcluded,
      },
      now,
    )
    const after = await readDunning(tx, customer.id)
    if (after.campaign?.id === before.campaign?.id) return after
    await resetDunning(tx, [customer.id], now)
    await scheduleDunning(tx, [customer.id], nextLookAt(now))
    return readDunning(tx, customer.id)
  })
}

/**
 * Gives a billing entity the campaign of its customers without one of their own; null takes it away. These customers
 * start over. Returns the code of the campaign. 404 for an unknown billing entity or campaign.
 */
export async function setEntityDunning(
  context: Context,
  caller: Caller,
  entityCode: string,
  input: Input,
): Promise<string | null> {
  const { code = null } = readAssignment(input)
  return inTransaction(context.database, caller, async (tx) => {
    const campaignId = (await idOfCampaign(tx, code)) ?? null
    await lockSettings(tx)
    const entity = await lockBillingEntity(tx, entityCode)
    if (!entity) throw notFound('billing_entity')
    if (entity.appliedDunningCampaignId === campaignId) return code
    const { now } = caller
    const customerIds = await customersToDun(tx, { billingEntityId: entity.id })
    await lockCustomersById(tx, customerIds)
    await updateBillingEntity(tx, entity.id, { appliedDunningCampaignId: campaignId, updatedAt: ts(now) })
    await resetDunning(tx, customerIds, now)
    await scheduleDunning(tx, customerIds, nextLookAt(now))
    return code
  })
}

type Assignment = { readonly code: string | null | undefined; readonly isExcluded: boolean | undefined }

function readAssignment(input: Input): Assignment {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.id('dunning_campaign_code')
  const isExcluded = fields.boolean('exclude_from_dunning_campaign') ?? undefined
  refuseIfAny(problems)
  return { code, isExcluded }
}

/** Undefined for an absent code and null for null. */
async function idOfCampaign(tx: Tx, code: string | null | undefined): Promise<string | null | undefined> {
  if (code === undefined || code === null) return code
  const campaign = await holdCampaign(tx, code)
  if (!campaign) throw notFound('dunning_campaign')
  return campaign.id
}

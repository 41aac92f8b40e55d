import { Type } from 'typebox'
import { dateTime, nullableText, uuid } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'
import { byId, route } from './portal.ts'

const cents = Type.Integer()
const uuidOrNull = Type.Union([uuid, Type.Null()])

const OwnAlert = Type.Object({
  id: uuid,
  subscription_id: uuidOrNull,
  wallet_id: uuidOrNull,
  name: nullableText,
  currency: Type.String(),
  amount_cents: cents,
  present_cents: Type.Union([cents, Type.Null()], {
    description: 'The usage of the present period or the balance; null before the first look at usage.',
  }),
  is_reached: Type.Boolean({
    description: 'The usage is not below the amount, or the balance not above it.',
  }),
  raised_at: Type.Union([dateTime, Type.Null()], { description: 'When it was raised last.' }),
})
const One = Type.Object({ alert: OwnAlert })
const errors = '422 for an amount of which there is an alert already, and for more than twenty.'

export const portalAlertSchemas = {
  list: route(
    'List the alerts that the customer has set',
    Type.Object({ alerts: Type.Array(OwnAlert), meta: PaginationMeta }),
    { querystring: PageQuery },
  ),
  create: route('Set an alert on the usage of a subscription or the balance of a wallet', One, {
    description: `Either \`subscription_id\` or \`wallet_id\` is needed. ${errors}`,
    body: Type.Object({
      alert: Type.Object({
        subscription_id: Type.Optional(uuidOrNull),
        wallet_id: Type.Optional(uuidOrNull),
        amount_cents: cents,
      }),
    }),
  }),
  change: route('Change the amount of an alert', One, {
    description: errors,
    params: byId,
    body: Type.Object({ alert: Type.Object({ amount_cents: cents }) }),
  }),
  remove: route('Delete an alert', One, { params: byId }),
}

import { type TOptional, type TSchema, Type } from 'typebox'
import type { ProviderField } from '../../core/payment-providers/provider-traits.ts'
import { allProviderFields, CONNECTABLE_TYPES } from '../../core/payment-providers/provider-types.ts'
import { dateTime, nullableText, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

/** The fields of all types, as they are sent or shown: each connection has those of its own type. */
function fieldsOf(
  isMeant: (field: ProviderField) => boolean,
  text: TSchema,
): Record<string, TOptional<TSchema>> {
  const fields = allProviderFields().filter(isMeant)
  return Object.fromEntries(
    fields.map(({ name, kind, says }) => {
      const type = kind === 'flag' ? Type.Boolean() : text
      return [name, Type.Optional(says === undefined ? type : { ...type, description: says })]
    }),
  )
}

const PaymentProviderObject = Type.Object({
  lago_id: uuid,
  type: Type.String(),
  code: Type.String(),
  name: Type.String(),
  mode: words('test', 'live'),
  state: words('active', 'failing', 'paused'),
  failing_since: Type.Union([dateTime, Type.Null()]),
  last_error: Type.Union([
    Type.Object({ code: Type.String(), message: Type.String(), at: dateTime }),
    Type.Null(),
  ]),
  ...fieldsOf((field) => field.isHidden !== true, nullableText),
  success_redirect_url: nullableText,
  refund_duplicates: Type.Boolean(),
  account_id: nullableText,
  webhook_state: words('registered', 'manual', 'missing'),
  webhook_url: Type.String(),
  customers_count: Type.Integer(),
  created_at: dateTime,
  updated_at: dateTime,
})

const settings = {
  ...fieldsOf(() => true, Type.String()),
  success_redirect_url: Type.Optional(nullableText),
  refund_duplicates: Type.Optional(
    Type.Boolean({ description: 'Whether what was paid twice goes back at once.' }),
  ),
}

const tags = ['payment_providers']
const params = Type.Object({ id: Type.String() })
const one = { 200: Type.Object({ payment_provider: PaymentProviderObject }) }

/** Parameters, bodies and responses of the routes of payment providers. */
export const paymentProviderSchemas = {
  create: {
    tags,
    summary: 'Connect an account at a payment provider',
    body: Type.Object({
      payment_provider: Type.Object({
        type: words(...CONNECTABLE_TYPES),
        code: Type.String(),
        name: Type.String(),
        ...settings,
      }),
    }),
    response: one,
  },
  authorize: {
    tags,
    summary: 'Ask the holder of an account at GoCardless for access to it',
    description:
      'Needs `GOCARDLESS_CLIENT_ID` and `GOCARDLESS_CLIENT_SECRET` on the server: 403 `oauth_app_missing` otherwise. ' +
      'GoCardless sends the holder from `url` to `<LAGO_OAUTH_PROXY_URL>/gocardless/callback`, with `state` and a `code`, ' +
      'which is to be exchanged within ten minutes.',
    querystring: Type.Object({
      environment: Type.Optional(
        Type.Union([Type.Literal('live'), Type.Literal('sandbox')], {
          description: 'Of the account; without it `sandbox` in a sandbox, else `live`.',
        }),
      ),
    }),
    response: { 200: Type.Object({ url: Type.String(), state: Type.String() }) },
  },
  exchange: {
    tags,
    summary: 'Connect an account at GoCardless whose holder gave access to it',
    description:
      'A `state` is for one exchange, within ten minutes: 410 `authorization_used` or `authorization_expired` after that. ' +
      'Nothing is saved when GoCardless gives no token.',
    body: Type.Object({
      state: Type.String(),
      access_code: Type.String({ description: 'The `code` that GoCardless sent the holder back with.' }),
      code: Type.String({ description: 'Of the new connection.' }),
      name: Type.String(),
    }),
    response: one,
  },
  list: {
    tags,
    summary: 'List the connections to payment providers',
    querystring: Type.Object({
      ...PageQuery.properties,
      type: Type.Optional(Type.String()),
      mode: Type.Optional(words('test', 'live')),
      state: Type.Optional(words('active', 'failing', 'paused')),
    }),
    response: {
      200: Type.Object({ payment_providers: Type.Array(PaymentProviderObject), meta: PaginationMeta }),
    },
  },
  show: { tags, summary: 'Retrieve a connection', params, response: one },
  update: {
    tags,
    summary: 'Change a connection',
    params,
    body: Type.Object({
      payment_provider: Type.Object({
        code: Type.Optional(Type.String()),
        name: Type.Optional(Type.String()),
        ...settings,
      }),
    }),
    response: one,
  },
  remove: {
    tags,
    summary: 'Delete a connection',
    params,
    querystring: Type.Object({
      force: Type.Optional(Type.Boolean({ description: 'Even while payments are under way.' })),
    }),
    response: one,
  },
  test: {
    tags,
    summary: 'Ask the provider whether the connection works',
    params,
    response: {
      200: Type.Object({
        connection_test: Type.Object({
          ok: Type.Boolean(),
          account: nullableText,
          mode: words('test', 'live'),
          warnings: Type.Array(Type.String()),
        }),
      }),
    },
  },
  pause: { tags, summary: 'Send nothing through a connection', params, response: one },
  resume: { tags, summary: 'Take a paused connection into use again', params, response: one },
  registerWebhook: {
    tags,
    summary: 'Have the provider send its messages here',
    params,
    querystring: Type.Object({
      rotate_secret: Type.Optional(
        Type.Boolean({ description: 'Makes and shows a new secret where messages are set up by hand.' }),
      ),
    }),
    response: one,
  },
}

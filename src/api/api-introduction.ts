/** The introduction of the API description, in Markdown. */
export const INTRODUCTION = `Metering and usage-based billing with Lago's REST API: Lago's clients work with Weir
after you change their base URL.

### Authentication

Every request under \`/api/v1\` needs an API key of the organization:

    curl -H "Authorization: Bearer $WEIR_API_KEY" $WEIR_URL/api/v1/organizations

Somebody who is signed in to the dashboard needs no key: the session cookie and the header \`x-weir-organization\` with
the slug of an organization take its place, and writes need the header \`x-csrf-token\` from
\`GET /api/weir/v1/session\`. What may be done follows from the roles of the member.

The first start prints a key. On this page, enter it under **Authorize**. Requests under \`/admin\` need the
operator's key in \`X-Admin-API-Key\` instead.

### Conventions

- Bodies are JSON under a root key: \`{"customer": {"external_id": "acme"}}\`.
- Amounts are integers in the smallest unit of the currency (\`…_cents\`). Quantities and unit prices are decimal
  strings.
- Lists are paged: \`page\`, \`per_page\` (100 by default, at most 1000), and \`meta\` in the response.
- Invalid fields return a 422 with \`error_details\`: the error codes of each field.
- Any write accepts an \`Idempotency-Key\`; repeating the request returns the first response.
`

/** The sections in the order in which an integration needs them; others come last. */
export const TAGS: readonly { readonly name: string; readonly description: string }[] = [
  { name: 'organizations', description: 'Your organization and its settings' },
  { name: 'billing_entities', description: 'The issuers of invoices' },
  { name: 'billable_metrics', description: 'What is metered, and how' },
  { name: 'plans', description: 'Prices: plans and their charges' },
  { name: 'taxes', description: 'Tax rates' },
  { name: 'features', description: 'Features that plans can include' },
  { name: 'customers', description: 'Who is billed' },
  { name: 'portal', description: 'What customers see and do by themselves (docs/api/portal.md)' },
  { name: 'subscriptions', description: 'Which customer is on which plan, since when' },
  { name: 'entitlements', description: 'The features of a plan or a subscription' },
  { name: 'events', description: 'Usage as it happens, and what it would cost' },
  { name: 'customer_usage', description: 'Current, projected and past usage of customers' },
  { name: 'lifetime_usages', description: 'Usage of a subscription since it started' },
  { name: 'alerts', description: 'Webhooks when usage passes a threshold' },
  { name: 'fees', description: 'Invoice lines and uninvoiced fees' },
  { name: 'invoices', description: 'Drafts, final invoices and their payment status' },
  { name: 'webhook_endpoints', description: 'Where webhooks go' },
  { name: 'webhooks', description: 'The delivery log, and the public key of signatures' },
  { name: 'test_clock', description: 'The clock of a sandbox organization' },
  { name: 'api_keys', description: 'The keys of your organization' },
  { name: 'sessions', description: 'Signing in to the dashboard, and your own account' },
  { name: 'members', description: 'Who may do what in your organization' },
  { name: 'roles', description: 'What members may do' },
  { name: 'invitations', description: 'Invitations of new members' },
  { name: 'search', description: 'Finding things by a part of their names' },
  { name: 'security_logs', description: 'Sign-ins, and changes of keys, members and roles' },
  { name: 'admin', description: 'For the operator of this server' },
]

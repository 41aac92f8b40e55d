import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { previewTermination } from '../../actions/invoices/preview-termination.ts'
import { previewSubscription } from '../../actions/subscriptions/preview-subscription.ts'
import {
  TERMINATION_CREDIT_NOTES,
  TERMINATION_INVOICES,
} from '../../core/subscriptions/subscription-input.ts'
import { toWireSubscriptionPreview, toWireTerminationPreview } from '../../wire/subscription-previews.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import {
  SubscriptionPreview,
  SubscriptionPreviewInput,
  TerminationPreview,
  TerminationQuery,
} from '../schemas/subscription-previews.ts'

/** When a subscription that is not made would be billed, and what ending one would make (docs/rules/subscriptions.md). */
export function subscriptionPreviewsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/subscription_previews',
    {
      config: { resource: 'subscription' },
      schema: {
        tags: ['subscriptions'],
        summary: 'The first bills of a subscription that is not made',
        body: SubscriptionPreviewInput,
        response: { 200: SubscriptionPreview },
      },
    },
    async ({ caller, body }) => {
      const preview = await previewSubscription(context, caller, rootOf(body, 'subscription'))
      return { subscription_preview: toWireSubscriptionPreview(preview) }
    },
  )
  terminationRoute(app, context)
}

function terminationRoute(app: FastifyInstance, context: Context): void {
  app.get<{ Params: { external_id: string } }>(
    '/subscriptions/:external_id/termination_preview',
    {
      config: { resource: 'subscription' },
      schema: {
        tags: ['subscriptions'],
        summary: 'What terminating a subscription now would bill and give back',
        params: Type.Object({ external_id: Type.String() }),
        querystring: TerminationQuery,
        response: { 200: TerminationPreview },
      },
    },
    async ({ caller, params, query }) => {
      const options = readQuery(query, (from) => ({
        creditNote: from.word('on_termination_credit_note', TERMINATION_CREDIT_NOTES),
        invoice: from.word('on_termination_invoice', TERMINATION_INVOICES),
      }))
      const preview = await previewTermination(context, caller, params.external_id, options)
      return { termination_preview: toWireTerminationPreview(preview) }
    },
  )
}

import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { previewOneOffInvoice } from '../../actions/invoices/preview-one-off-invoice.ts'
import { toWireOneOffPreview } from '../../wire/one-off-previews.ts'
import { rootOf } from '../params.ts'
import { OneOffInput } from '../schemas/invoices.ts'
import { OneOffPreview } from '../schemas/one-off-previews.ts'

/** What a one-off invoice would come to (docs/rules/invoices.md#one-off-invoices). */
export function oneOffPreviewsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/one_off_previews',
    {
      config: { resource: 'invoice' },
      schema: {
        tags: ['invoices'],
        summary: 'The amounts of a one-off invoice that is not made',
        body: OneOffInput,
        response: { 200: OneOffPreview },
      },
    },
    async ({ caller, body }) => {
      const preview = await previewOneOffInvoice(context, caller, rootOf(body, 'invoice'))
      return { one_off_preview: toWireOneOffPreview(preview) }
    },
  )
}

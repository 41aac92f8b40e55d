import type { FastifyInstance } from 'fastify'
import { previewMetric } from '../../core/metrics/metric-preview.ts'
import { accepted } from '../../core/refusal.ts'
import { isObject, rootOf } from '../params.ts'
import { MetricPreview, MetricPreviewInput } from '../schemas/metric-previews.ts'

/** What a metric that need not be stored makes of some events. */
export function metricPreviewsRoutes(app: FastifyInstance): void {
  app.post(
    '/metric_previews',
    {
      config: { resource: 'billable_metric', keepsDigits: true },
      schema: {
        tags: ['billable_metrics'],
        summary: 'Preview the units of a metric that is not saved',
        body: MetricPreviewInput,
        response: { 200: MetricPreview },
      },
    },
    async ({ caller, body }) => {
      const metric = rootOf(body, 'billable_metric')
      const { units, events } = accepted(previewMetric(metric, isObject(body) ? body : {}, caller.now))
      return {
        metric_preview: {
          units: units.toWire(),
          events: events.map((event) => ({
            units: event.units.toWire(),
            counts: event.isCounted,
            value: event.value,
            filters: event.filters,
          })),
        },
      }
    },
  )
}

import { renderDocuments } from '../actions/documents/render-documents.ts'
import type { Job } from './job.ts'

/** One attempt to render some documents of an organization. */
export const renderDocumentsJob: Job = async (context, payload, run) => {
  const { organizationId, documentIds, attempt } = payload
  if (typeof organizationId !== 'string' || !Array.isArray(documentIds)) {
    throw new Error(`render_documents without its ids: ${JSON.stringify(payload)}`)
  }
  const ids = documentIds.filter((id): id is string => typeof id === 'string')
  await renderDocuments(context, {
    organizationId,
    documentIds: ids,
    attempt: typeof attempt === 'number' ? attempt : 1,
    signal: run.signal,
  })
}

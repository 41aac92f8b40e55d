import { answerLinkRequest } from '../actions/portal/link-requests.ts'
import type { Job } from './job.ts'

/** The answer to a customer who asks for a new link to the portal. */
export const answerLinkRequestJob: Job = async (context, payload) => {
  const { requestId, organizationId, customerId } = payload
  if (typeof requestId !== 'string' || typeof organizationId !== 'string' || typeof customerId !== 'string') {
    throw new Error(`answer_link_request without its ids: ${JSON.stringify(payload)}`)
  }
  await answerLinkRequest(context, { requestId, organizationId, customerId })
}

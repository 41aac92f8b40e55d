import { dropOldLogs } from '../actions/api-logs/drop-old-logs.ts'
import { dropOldDocuments } from '../actions/documents/drop-old-documents.ts'
import { dropOldAnswers } from '../actions/drop-old-answers.ts'
import { dropOldSecurity } from '../actions/security-logs/drop-old-security.ts'
import { dropOldWebhooks } from '../actions/webhooks/drop-old-webhooks.ts'
import { answerLinkRequestJob } from './answer-link-request.ts'
import { answerPasswordResetJob } from './answer-password-reset.ts'
import { checkVatNumberJob } from './check-vat-number.ts'
import { deliverWebhookJob } from './deliver-webhook.ts'
import type { Job } from './job.ts'
import { paymentTasks } from './payments.ts'
import { renderDocumentsJob } from './render-documents.ts'
import { sendMailJob } from './send-mail.ts'

/** Every task of the queue, by name. */
export const tasks: Readonly<Record<string, Job>> = {
  ...paymentTasks,
  deliver_webhook: deliverWebhookJob,
  check_vat_number: checkVatNumberJob,
  render_documents: renderDocumentsJob,
  send_mail: sendMailJob,
  answer_password_reset: answerPasswordResetJob,
  answer_link_request: answerLinkRequestJob,
  drop_old_webhooks: async (context) => {
    await dropOldWebhooks(context)
  },
  drop_old_documents: async (context) => {
    await dropOldDocuments(context)
  },
  drop_old_answers: async (context) => {
    await dropOldAnswers(context)
  },
  drop_old_logs: async (context) => {
    await dropOldLogs(context)
    await dropOldSecurity(context)
  },
}

/** Scheduled tasks in cron format; times are UTC. */
export const schedule: readonly { readonly task: string; readonly match: string }[] = [
  { task: 'drop_old_webhooks', match: '23 3 * * *' },
  { task: 'drop_old_answers', match: '53 3 * * *' },
  { task: 'drop_old_logs', match: '23 4 * * *' },
  { task: 'drop_old_documents', match: '13 4 * * *' },
  { task: 'drop_old_provider_messages', match: '33 4 * * *' },
  { task: 'sweep_providers', match: '*/10 * * * *' },
]

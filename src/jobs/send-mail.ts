import { sendMail } from '../actions/mails/send-mail.ts'
import type { Job } from './job.ts'

/** One attempt to send a mail. */
export const sendMailJob: Job = async (context, payload) => {
  const { organizationId, mailId, attempt, waits } = payload
  if (typeof organizationId !== 'string' || typeof mailId !== 'string' || typeof attempt !== 'number') {
    throw new Error(`send_mail without its ids: ${JSON.stringify(payload)}`)
  }
  await sendMail(context, { organizationId, mailId, attempt, waits: typeof waits === 'number' ? waits : 0 })
}

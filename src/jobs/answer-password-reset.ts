import { answerPasswordReset } from '../actions/users/reset-password.ts'
import type { Job } from './job.ts'

/** The answer to a request for a new password. */
export const answerPasswordResetJob: Job = async (context, payload) => {
  const { requestId, email, ipAddress, userAgent } = payload
  if (typeof requestId !== 'string' || typeof email !== 'string') {
    throw new Error('answer_password_reset without its request')
  }
  await answerPasswordReset(context, {
    ...{ requestId, email },
    ...{ ipAddress: String(ipAddress), userAgent: String(userAgent) },
  })
}

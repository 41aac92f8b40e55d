import type { MailRow } from '../store/mails.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

/** A mail as it stands; its body is not stored. */
export function toWireMail(mail: MailRow): object {
  return {
    lago_id: mail.id,
    kind: mail.kind,
    lago_subject_id: mail.subjectId,
    resent: mail.isResent,
    to: mail.recipients,
    cc: mail.cc,
    bcc: mail.bcc,
    subject: mail.title,
    locale: mail.locale,
    status: mail.status,
    problem: mail.problem,
    attempts: mail.attempts,
    next_attempt_at: isoSecondsOrNull(mail.nextAttemptAt),
    smtp_code: mail.smtpCode,
    smtp_text: mail.smtpText,
    rejected: mail.rejected,
    created_at: isoSeconds(mail.createdAt),
    sent_at: isoSecondsOrNull(mail.sentAt),
  }
}

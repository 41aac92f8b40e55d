import { Decimal } from '../../core/amounts/decimal.ts'
import { localeOf } from '../../core/documents/words.ts'
import { alertMailSubject } from '../../core/mails/alert-mail-content.ts'
import { ALERT_MAIL } from '../../core/mails/portal-mail-content.ts'
import { addressesOf } from '../../core/mails/resend-input.ts'
import { ownTypeOf } from '../../core/portal/own-alert.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { insertLinkMail, type NewLinkMail } from '../../store/mails.ts'
import { findLinkSubject } from '../../store/portal.ts'
import { findRaisedAlert } from '../../store/portal-alerts.ts'
import type { Caller } from '../context.ts'

/**
 * Queues the mail to a customer whose own alert was raised, in the transaction that raises it; nothing for a customer
 * without an address, and where no mails are sent.
 */
export async function queueAlertMail(tx: Tx, caller: Caller, triggeredId: string): Promise<void> {
  if (!caller.sendsMails) return
  const raised = await findRaisedAlert(tx, triggeredId)
  const recipients = addressesOf(raised?.email ?? null)
  if (!raised || recipients.length === 0) return
  const subject = await findLinkSubject(tx, raised.customerId)
  if (!subject) return
  const locale = localeOf(subject.locale)
  const { name, currency } = raised
  const type = ownTypeOf(raised.alertType)
  const title = alertMailSubject({ locale, type, name, currency, amount: Decimal.of(raised.amount) })
  const mail: NewLinkMail = {
    ...{ organizationId: caller.organizationId, id: newId(), kind: ALERT_MAIL, subjectId: raised.customerId },
    ...{ triggeredAlertId: triggeredId, recipients, locale, title, problem: null },
  }
  await insertLinkMail(tx, mail, caller.now)
}

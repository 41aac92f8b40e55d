import { createHmac } from 'node:crypto'
import { type DomainProof, proofOf } from '../../core/portal/portal-domain.ts'
import { invalid, Refusal } from '../../core/refusal.ts'
import { lookUpTexts } from '../../gateways/dns/texts.ts'
import type { OrganizationRow } from '../../store/organizations.ts'
import type { Caller, Context } from '../context.ts'

const SECRET_LENGTH = 32

/** What proves that an organization may use a domain; another one has another proof for it. */
function proofFor({ hmacKey }: Pick<OrganizationRow, 'hmacKey'>, domain: string): DomainProof {
  const secret = createHmac('sha256', hmacKey).update(`portal domain ${domain}`).digest('hex')
  return proofOf(domain, secret.slice(0, SECRET_LENGTH))
}

/**
 * Refuses a domain that the organization has not proven to be its own (docs/api/portal.md#a-domain-of-your-own): 422
 * `domain: domain_is_not_proven`, with the record that proves it; and the addresses of the installation itself.
 */
export async function checkDomain(context: Context, caller: Caller, domain: string): Promise<void> {
  const { settings } = context
  const own = [settings.apiUrl, settings.frontUrl].map((url) => new URL(url).hostname)
  if (own.includes(domain)) throw invalid({ domain: ['value_is_invalid'] })
  const proof = proofFor(caller.organization, domain)
  const { texts, problem } = await lookUpTexts(proof.name, settings.dnsServers)
  if (problem !== null) context.log.warn({ name: proof.name, problem }, 'a name server did not answer')
  if (texts.includes(proof.value)) return
  const details = {
    domain: ['domain_is_not_proven'] as const,
    domain_record_name: proof.name,
    domain_record_value: proof.value,
  }
  throw new Refusal({ kind: 'invalid', details })
}

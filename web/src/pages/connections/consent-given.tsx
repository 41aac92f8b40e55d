import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useEffect, useRef } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import type { PaymentProvider } from '../../api/types.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { ProblemLine } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { Page } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { CONNECTIONS } from './connection-values.ts'
import { type BegunConsent, forgetConsent } from './consent.ts'
import { NextStep, needsStep } from './made-secret.tsx'

/** Makes the connection to which the holder of an account at GoCardless has agreed, once. */
export function ConsentGiven(props: {
  readonly begun: BegunConsent
  /** What GoCardless sent back; missing when it was refused there. */
  readonly accessCode: string | undefined
}): ReactElement {
  const { begun, accessCode } = props
  const at = useAt()
  const go = useGo()
  const client = useQueryClient()
  const list = at('/settings/payment-providers')
  const { mutate, data, error } = useMutation<PaymentProvider, ApiProblem, string>({
    mutationFn: async (access_code) => {
      const { state, name, code } = begun
      const body = { state, access_code, name, code }
      const path = `${CONNECTIONS}/gocardless/exchange`
      return (await send<{ payment_provider: PaymentProvider }>('POST', path, body)).payment_provider
    },
    onSuccess: (made) => {
      void client.invalidateQueries()
      if (!needsStep(made)) go(`${list}/${made.lago_id}`)
    },
  })
  const isAsked = useRef(false)
  useEffect(() => {
    if (isAsked.current) return
    isAsked.current = true
    forgetConsent()
    if (accessCode !== undefined) mutate(accessCode)
  }, [accessCode, mutate])
  return (
    <Page title={begun.name} crumbs={[{ label: 'Payment providers', href: list }]}>
      {accessCode === undefined && (
        <p className="notice notice-danger" role="alert">
          Access was not given at GoCardless. Nothing was connected.
        </p>
      )}
      {error && <ProblemLine problem={error} />}
      {(error || accessCode === undefined) && (
        <p>
          <ButtonLink href={`${list}/new`}>Begin again</ButtonLink>
        </p>
      )}
      {accessCode !== undefined && !error && <Skeleton label="Connecting" />}
      {data && <NextStep connection={data} onClose={() => go(`${list}/${data.lago_id}`)} />}
    </Page>
  )
}

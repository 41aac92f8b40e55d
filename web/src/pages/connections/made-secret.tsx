import type { ReactElement } from 'react'
import type { PaymentProvider } from '../../api/types.ts'
import { Code } from '../../parts/button.tsx'
import { NewValue } from '../keys/new-value.tsx'
import { kindName } from './connection-values.ts'

/** The secret of messages that was made just now; a stored one is only shown by its end. */
export const madeSecretOf = ({ webhook_secret: secret }: PaymentProvider): string | null =>
  secret && !secret.includes('…') ? secret : null

/** Shows once what has to be pasted at a provider. */
export function MadeSecret(props: {
  readonly connection: PaymentProvider
  readonly onClose: () => void
}): ReactElement | null {
  const { connection, onClose } = props
  const secret = madeSecretOf(connection)
  if (secret === null) return null
  const provider = kindName(connection.type)
  return (
    <NewValue value={secret} onClose={onClose} title="One more step" noun="secret">
      <p>
        Make a webhook endpoint in the dashboard of {provider}, so that it tells Weir what becomes of
        payments. Its address:
      </p>
      <Code text={connection.webhook_url} />
      <p>Its secret, which is not shown again:</p>
    </NewValue>
  )
}

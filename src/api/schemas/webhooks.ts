import { Type } from 'typebox'

export const WebhookPublicKey = Type.Object({
  webhook: Type.Object({ public_key: Type.String({ description: 'Base64 of the PEM, in lines.' }) }),
})

import { Type } from 'typebox'
import { open } from './sessions.ts'

export const portalFileSchemas = {
  show: {
    tags: ['portal'],
    security: open,
    summary: 'Read a file that a portal looks like',
    description: 'A font or a picture by its SHA-256, as long as an organization has it.',
    params: Type.Object({ hash: Type.String() }),
  },
}

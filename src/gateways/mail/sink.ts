import { mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createTransport } from 'nodemailer'
import { composed, type SendMail } from './message.ts'

/** Writes mails into a folder as `.eml` files, each whole or not at all; nothing leaves the machine. */
export function sinkSender(folder: string): SendMail {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  return async (message) => {
    try {
      const { message: bytes } = await transport.sendMail({ ...composed(message), disableFileAccess: true })
      await mkdir(folder, { recursive: true })
      const place = path.join(folder, `${message.id}.eml`)
      await writeFile(`${place}.part`, bytes as Buffer)
      await rename(`${place}.part`, place)
      return { outcome: 'sent', code: null, text: `written to ${path.basename(place)}`, rejected: [] }
    } catch (error) {
      return { outcome: 'failed', code: null, text: (error as Error).message, rejected: [] }
    }
  }
}

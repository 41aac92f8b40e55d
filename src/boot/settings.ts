import type { Settings } from '../actions/context.ts'
import type { Config } from './config.ts'
import { VERSION } from './version.ts'

/** The address for links when none is configured. */
export function localAddress(host: string, port: number): string {
  const isAny = ['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(host)
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/** The settings of the actions, from the configuration. */
export function settingsOf(config: Config, encryptionKeys: readonly string[]): Settings {
  const isMailConfigured = config.mail.smtp !== null || config.mail.sinkFolder !== null
  const apiUrl = config.apiUrl ?? localAddress(config.host, config.port)
  return {
    apiUrl,
    frontUrl: config.frontUrl ?? apiUrl,
    adminApiKey: config.adminApiKey,
    signUp: config.signUp,
    sendsMail: isMailConfigured && config.fromEmail !== null,
    version: VERSION,
    eventsBatchMax: config.eventsBatchMax,
    allowPrivateWebhooks: config.allowPrivateWebhooks,
    webhookTimeoutMs: config.webhookTimeoutMs,
    webhookAttempts: config.webhookAttempts,
    rsaPrivateKey: config.rsaPrivateKey,
    dnsServers: config.dnsServers,
    viesUrl: config.viesUrl,
    makesDocuments: !config.isPdfDisabled,
    encryptionKeys,
    gocardlessApp: config.gocardlessApp,
    oauthProxyUrl: config.oauthProxyUrl ?? config.frontUrl ?? apiUrl,
    providerHosts: config.providerHosts,
    checkoutPaymentDelayMs: config.checkoutPaymentDelayMs,
    documents: config.documents,
    mail: { fromEmail: config.fromEmail, isConfigured: isMailConfigured },
    // One process on an embedded database; on a shared one, a few numbers distinguish the processes.
    writer: config.databaseUrl === null ? 0 : process.pid % 16,
  }
}

const PRIVATE_HOST =
  /^(localhost$|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\]|.*\.(local|internal|localhost)$)/

/** Why an attempt may have had no answer at all, in words that tell what to do. */
export function noAnswerWords(url: string): string {
  const { hostname } = new URL(url)
  const reason = PRIVATE_HOST.test(hostname)
    ? 'It is an address of a private network, which Weir calls only if it is started with WEIR_ALLOW_PRIVATE_WEBHOOKS=true.'
    : 'It cannot be reached, refuses the connection, or takes too long.'
  return `${hostname} gave no answer. ${reason}`
}

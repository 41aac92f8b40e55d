import { Liquid } from 'liquidjs'
import type { MailContent } from '../../core/mails/mail-content.ts'

/** The name under which the logo is attached. */
export const LOGO_ID = 'logo'

// Every value is escaped; the template is ours and never changes with data.
const liquid = new Liquid({ outputEscape: 'escape', strictFilters: true, strictVariables: true })

const FONT = "font-family:'Noto Sans',Helvetica,Arial,sans-serif"
const TEMPLATE = liquid.parse(`<!doctype html>
<html lang="{{ locale }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>{{ title }}</title>
</head>
<body style="margin:0;padding:0;background:#f3f4f6">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f4f6">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="560" cellpadding="0" cellspacing="0"
 style="width:560px;max-width:100%;background:#ffffff;border-radius:8px;${FONT};color:#111827;font-size:15px;line-height:22px">
{%- if hasLogo %}
<tr><td style="padding:32px 40px 0"><img src="cid:${LOGO_ID}" alt="{{ seller[0] }}" height="40" style="display:block;max-width:240px;height:40px"></td></tr>
{%- endif %}
<tr><td style="padding:32px 40px 0">
<p style="margin:0 0 12px">{{ greeting }}</p>
<p style="margin:0">{{ intro }}</p>
</td></tr>
{%- if amount %}
<tr><td style="padding:24px 40px 0">
<p style="margin:0;font-size:30px;line-height:38px;font-weight:600">{{ amount }}</p>
{%- if notice %}
<p style="margin:4px 0 0;color:#5b6472">{{ notice }}</p>
{%- endif %}
</td></tr>
{%- endif %}
{%- if rows.size > 0 %}
<tr><td style="padding:24px 40px 0">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-top:1px solid #d5dae1">
{%- for row in rows %}
<tr>
<td style="padding:10px 12px 10px 0;border-bottom:1px solid #d5dae1;color:#5b6472;font-size:14px;line-height:20px">{{ row.label }}</td>
<td align="right" style="padding:10px 0;border-bottom:1px solid #d5dae1;font-size:14px;line-height:20px">{{ row.value }}</td>
</tr>
{%- endfor %}
</table>
</td></tr>
{%- endif %}
{%- if transfer %}
<tr><td style="padding:24px 40px 0;font-size:14px;line-height:20px">
<p style="margin:0 0 4px;font-weight:600">{{ transfer.title }}</p>
{%- for line in transfer.lines %}
<p style="margin:0">{{ line }}</p>
{%- endfor %}
</td></tr>
{%- endif %}
{%- if button %}
<tr><td style="padding:28px 40px 0">
<table role="presentation" cellpadding="0" cellspacing="0"><tr>
<td style="background:#111827;border-radius:6px"><a href="{{ button.url }}"
 style="display:inline-block;padding:12px 20px;color:#ffffff;text-decoration:none;font-weight:600">{{ button.label }}</a></td>
</tr></table>
</td></tr>
{%- endif %}
<tr><td style="padding:28px 40px 0">
{%- for line in closing %}
<p style="margin:0 0 8px;color:#5b6472;font-size:14px;line-height:20px">{{ line }}</p>
{%- endfor %}
</td></tr>
<tr><td style="padding:20px 40px 32px;color:#5b6472;font-size:13px;line-height:19px">
{%- for line in seller %}
{{ line }}<br>
{%- endfor %}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`)

/** The HTML part of a mail: one table, inline styles, and nothing that is fetched. */
export async function mailHtml(content: MailContent, title: string, hasLogo: boolean): Promise<string> {
  return liquid.render(TEMPLATE, { ...content, title, hasLogo })
}

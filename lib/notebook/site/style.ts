import { TABLE_STYLE } from "../../figures/mod.ts";

/** The style of the walkthrough's pages: one column to read, light by day and dark by night. */
export const STYLE = `
:root{color-scheme:light dark;--page:#ffffff;--side:#f6f8fa;--text:#1f2933;--faint:#52606d;--rule:#dde3e9;
--accent:#0072b2;--code:#f6f8fa;--bad:#b42318;--good:#00795a;--keyword:#8a3ffc;--string:#0b6e4f;--number:#b35900;
--comment:#5c6873;--name:#0b5394;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{--page:#14181d;--side:#191e24;--text:#e4e9ee;--faint:#a7b3bf;--rule:#2b343e;
--accent:#56b4e9;--code:#1b2128;--bad:#ff8a80;--good:#4cc9a0;--keyword:#c79bff;--string:#7fd8b0;--number:#f0b060;
--comment:#8794a1;--name:#8cc4f0}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--text);
font:16px/1.6 "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
.book{display:grid;grid-template-columns:270px minmax(0,1fr);min-height:100vh}
nav.side{background:var(--side);border-right:1px solid var(--rule);padding:22px 18px;font-size:14px}
nav.side>div{position:sticky;top:22px;max-height:calc(100vh - 44px);overflow-y:auto}
nav.side .home{font-weight:700;font-size:16px;color:var(--text)}
nav.side ol{list-style:none;margin:14px 0;padding:0}
nav.side li{margin:2px 0}nav.side li a{display:block;padding:4px 10px;border-radius:6px;color:var(--faint)}
nav.side li a:hover{background:color-mix(in srgb,var(--accent) 9%,transparent);text-decoration:none}
nav.side li.here>a{color:var(--text);font-weight:600;background:color-mix(in srgb,var(--accent) 13%,transparent)}
nav.side li li a{padding:1px 10px 1px 22px;font-size:13px}
search{display:block;margin:12px 0}
search input{font:inherit;font-size:14px;width:100%;max-width:420px;padding:5px 10px;color:var(--text);
background:var(--page);border:1px solid var(--rule);border-radius:6px}
search p{margin:4px 0}
nav.side .found,.found{list-style:none;margin:0;padding:0;font-size:13px}
.found li a{color:var(--faint);padding:4px 0 0!important}.found b{color:var(--accent)}
.found p{margin:0 0 6px;line-height:1.4;color:var(--faint);overflow-wrap:anywhere}
mark{background:color-mix(in srgb,var(--accent) 22%,transparent);color:var(--text);border-radius:2px}
main{padding:34px 44px 80px;max-width:1080px}
.prose>:is(p,ul,ol,blockquote){max-width:760px}
.prose a,main>p a{text-decoration:underline;text-underline-offset:2px}
main.wide{max-width:1220px;margin:0 auto}
h1{font-size:30px;line-height:1.2;margin:0 0 10px;letter-spacing:-.01em}
h2{font-size:21px;margin:38px 0 8px;padding-top:6px}h3{font-size:17px;margin:26px 0 6px}
p,ul,ol{margin:10px 0}
.faint{color:var(--faint)}.small{font-size:13.5px}
code{font-family:var(--mono);font-size:.88em;background:var(--code);padding:1px 5px;border-radius:4px}
pre{font-family:var(--mono);font-size:13px;line-height:1.55;margin:0;overflow-x:auto;tab-size:2}
pre code{background:none;padding:0;font-size:inherit}
:is(.code,.prose) pre{white-space:pre-wrap;overflow-wrap:anywhere}
.prose pre{background:var(--code);border:1px solid var(--rule);border-radius:8px;padding:12px 16px}
.cell{margin:18px 0}
.code{background:var(--code);border:1px solid var(--rule);border-radius:8px;position:relative}
.code pre{padding:12px 16px}
.code .clock{position:absolute;right:10px;top:8px;font-size:11.5px;color:var(--comment)}
.hide-code .code{display:none}
.output{margin:10px 0}
.output pre{padding:8px 14px;border-left:3px solid var(--rule);color:var(--faint);max-height:420px;overflow-y:auto}
.output pre.error{border-color:var(--bad);color:var(--bad)}
.output img,.output svg{max-width:100%}
.kcellfm-figure{border:1px solid var(--rule);border-radius:8px;overflow:hidden;width:fit-content;max-width:100%}
.kcellfm-figure img{display:block}
table{border-collapse:collapse;font-size:14px}
.prose :is(th,td){text-align:left;padding:5px 18px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top}
.prose th{border-bottom:1.5px solid var(--text)}
${TABLE_STYLE}.kcellfm-table{margin:14px 0}
math[display="block"]{margin:14px 0;font-size:1.08em}
main blockquote{margin:12px 0;padding:2px 16px;border-left:3px solid var(--accent);color:var(--faint)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:20px;margin:20px 0}
.card{display:block;border:1px solid var(--rule);border-radius:10px;overflow:hidden;color:var(--text)}
.card:hover{border-color:var(--accent);text-decoration:none}
.card .picture{background:#fff;height:206px;display:flex;align-items:center;justify-content:center;overflow:hidden;
border-bottom:1px solid var(--rule)}
.card .picture img{width:100%;height:100%;object-fit:contain;padding:6px}
.card .picture .number{font-size:56px;font-weight:700;color:#dde3e9}
.card .words{padding:12px 16px 14px}.card h2{margin:0 0 4px;padding:0;font-size:16px}
.card p{margin:0;font-size:13.5px;color:var(--faint)}
.badge{font-size:12px;font-weight:600;padding:1px 8px;border-radius:9px;white-space:nowrap}
.badge.good{color:var(--good);background:color-mix(in srgb,var(--good) 13%,transparent)}
.badge.bad{color:var(--bad);background:color-mix(in srgb,var(--bad) 13%,transparent)}
.pages{display:flex;justify-content:space-between;margin-top:50px;padding-top:16px;border-top:1px solid var(--rule)}
button{font:inherit;font-size:13px;color:var(--faint);background:none;border:1px solid var(--rule);border-radius:6px;
padding:3px 10px;cursor:pointer}button:hover{color:var(--text);border-color:var(--faint)}
.hljs-keyword,.hljs-literal,.hljs-built_in{color:var(--keyword)}.hljs-string,.hljs-regexp{color:var(--string)}
.hljs-number{color:var(--number)}.hljs-comment{color:var(--comment);font-style:italic}
.hljs-title,.hljs-title.function_,.hljs-title.class_,.hljs-type{color:var(--name)}
@media (max-width:900px){.book{display:block}nav.side{border-right:0;border-bottom:1px solid var(--rule)}
nav.side>div{position:static;max-height:none}nav.side li li{display:none}main{padding:24px 18px}}
@media print{:root{color-scheme:light}.book{display:block}nav.side,search,.pages,button,.code .clock,.modebar{display:none!important}
.kcellfm-figure img{display:block!important}.kcellfm-figure>div{display:none}
main{padding:0;max-width:none}body{font-size:10.5pt}pre{font-size:8.5pt}.output pre{max-height:none}
.cell,.kcellfm-figure,tr,img{break-inside:avoid}h1,h2,h3{break-after:avoid}}
`;

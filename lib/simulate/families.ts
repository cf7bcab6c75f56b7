/** Genes that every cell uses, much of it in most cells: ribosome, respiration, a few others. */
const CORE = `
RPL 3-6,7,7A,8-10,10A,11-13,13A,14,15,17,18,18A,19,21-23,23A,24,26,27,27A,28-32,34,35,35A,36,37,37A,38,39,41
RPLP 0-2
RPS 2,3,3A,4X,5-15,15A,16-21,23-27,27A,28,29
MT- ND1,ND2,ND3,ND4,ND4L,ND5,ND6,CO1,CO2,CO3,ATP6,ATP8,CYB
= ACTB ACTG1 B2M EEF1A1 EEF1B2 EEF2 FAU FTH1 FTL GAPDH MALAT1 NACA PTMA RPSA TMSB10 TMSB4X TPT1 UBA52 UBC
`;

/** Families of numbered genes, to fill a list that markers do not fill. */
const FAMILIES = `
ABCA 1-10,12-13
ABCC 1-6,8-12
ADAMTS 1-10,12-20
ANAPC 1-2,4-5,7,10-11,13,15-16
AQP 1-11
ARHGAP 1,4-6,8-10,12,15,17-33,35-36,39-40,42,44-45
ARHGEF 1-7,9-12,15-19,25-26,28,33,35,37-40
ATG 3,5,7,10,12-14,101
BMP 1-7,10
CASP 1-10,14
CCL 1-2,5,7-8,11,13-28
CCR 1-10
CDH 1-13,15-20,22-24,26
CDK 1-10,12-20
CLDN 1-12,14-20
CXCL 1-3,5-6,8-14,16-17
CXCR 1-6
E2F 1-8
EIF3 A,B,C,D,E,F,G,H,I,J,K,L,M
EPHA 1-8,10
EPHB 1-4,6
EXOC 1-8
FGF 1-14,16-23
GABRA 1-6
GATA 1-6
GRIA 1-4
GRM 1-8
HDAC 1-11
HOXA 1-7,9-11,13
HOXB 1-9,13
HOXC 4-6,8-13
HOXD 1,3-4,8-13
IFT 20,22,27,43,46,52,57,74,80-81,88,122,140,172
IRF 1-9
ITGA 1-11
ITGB 1-8
KCNJ 1-6,8-16
KIF 11-12,14-15,17,22-25,27,20A,20B,21A,21B
KLF 1-18
KRT 1-5,7-10,12-20,23-28,31-32,34-40,71-86
LRRC 1-4,7,9-10,14-15,17-20,23-28,30-32,34,36,38-43,45-47,49
MAP2K 1-7
MAP3K 1-15
MAPK 1,3-4,6-15
MCM 2-10
MMP 1-3,7-17,19-21,24-28
MRPL 1-4,9-24,27-28,30,32-55,57-58
MRPS 2,5-7,9-12,14-17,21-28,30-31,33-36,18A
MYH 1-4,6-11,13-14
NDUFA 1-3,5-13
NDUFB 1-11
NDUFS 1-8
NLRP 1-14
NOTCH 1-4
NUP 35,37,42-43,50,54,58,62,85,88,93,98,107,133,153,155,160,188,205,210,214
ORC 1-6
PAX 1-9
PCDHA 1-13
PCDHB 1-16
POLR2 A,B,C,D,E,F,G,H,I,J,K,L
PRDM 1-2,4-16
PSMA 1-8
PSMB 1-10
PSMC 1-6
PSMD 1-8,10-14
PTPN 1-7,9,11-14,18,20-23
RFC 1-5
RNF 2,4-8,10-11,13-14,20,24-26,31-32,34,38-41,43-44,19A,19B
SEMA3 A,B,C,D,E,F,G
SF3B 1-6
SIRT 1-7
SLC25 A1,A3,A4,A5,A6,A10,A11,A12,A13,A14,A15,A16,A17,A18,A19,A20,A21,A22,A23,A24,A25,A26,A27,A28,A29,A30,A31
SMAD 1-7,9
SNX 1-22,24-25,27,29-33
SOX 1-15,17-18,21,30
SRSF 1-12
STAT 1-4,6
TBX 1-6,10,15,18-22
TLR 1-10
TMEM 9,11,17-19,25-26,33,37,40,42-44,47,51-54,59-61,64-65,67-69,14A,14B,14C,30A,45A,45B,50A,50B,63A,63B
TRIM 2-11,13-17,21-29,31-39,41-47,50,52,54-56,58-60,62-63,65-69,71-72
TRMT 1,5-6,11-13,44,112,2A,2B,10A,10B,10C,61A,61B
TSPAN 1-19,31-33
USP 1-8,10-16,18-22,24-26,28-40,42-51,53-54
VPS 8,11,16,18,25,28-29,35-36,39,41,45,50-54,72,4A,4B,13A,13B,13C,13D,26A,33A,33B,37A,37B,37C,37D
WDR 1,3-7,11-13,17-20,24-27,31,33,35-38,41,43-49,53-55,59,62,64,70,72-77,81-83,87-88,90-91
WNT 1-4,6,11,16,5A,5B,7A,7B,8A,8B,9A,9B,10A,10B
ZBTB 1-6,9-12,14,16-18,20-22,24-26,32-34,37-49
ZNF 2-3,7-8,10,12,14,16-20,22-26,28,30,32,34,41,43-45,48,57,66,69-71,74,76-77,79-81,83-85,90-93,98-101,37A
`;

/** Symbols of the genes that every cell uses. */
export const coreGenes = (): string[] => expand(CORE);

/** Symbols of some 1,400 further human genes. */
export const familyGenes = (): string[] => expand(FAMILIES);

function expand(text: string): string[] {
  return text.trim().split("\n").flatMap((line) => {
    const [prefix, ...rest] = line.split(" ");
    return prefix === "=" ? rest : members(prefix, rest[0]);
  });
}

/** "HOXD 1,3-5" names HOXD1, HOXD3, HOXD4 and HOXD5. */
function members(prefix: string, list: string): string[] {
  return list.split(",").flatMap((item) => {
    const range = /^(\d+)-(\d+)$/.exec(item);
    if (range === null) return [prefix + item];
    const [first, last] = [Number(range[1]), Number(range[2])];
    return Array.from({ length: last - first + 1 }, (_, i) => `${prefix}${first + i}`);
  });
}

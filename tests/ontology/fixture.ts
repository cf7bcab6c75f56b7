/** A small ontology in OBO form, written for these tests: two parents, a genus, every relation, an obsolete term. */
export const TINY_OBO = `format-version: 1.2
data-version: cl/releases/2001-02-03/tiny.owl
ontology: cl

[Term]
id: CL:0000000
name: cell

[Term]
id: CL:0000001
name: leukocyte
def: "A \\"white\\" blood cell." [TEST:1]
synonym: "white blood cell" EXACT []
is_a: CL:0000000 ! cell

[Term]
id: CL:0000002
name: lymphocyte {comment="a qualifier"} ! and a comment
is_a: CL:0000001 {is_inferred="true"} ! leukocyte
disjoint_from: CL:0000003 ! myeloid leukocyte

[Term]
id: CL:0000003
name: myeloid leukocyte
is_a: CL:0000001

[Term]
id: CL:0000004
name: CD4-positive, alpha-beta T cell
alt_id: CL:0000044
synonym: "CD4+ T-lymphocyte" EXACT []
synonym: "T4" RELATED OMO:0003000 []
synonym: "helper" BROAD []
synonym: "odd one" NARROW []
intersection_of: CL:0000002 ! lymphocyte
intersection_of: RO:0002202 CL:0000000 ! develops from cell
relationship: BFO:0000050 UBERON:0002370 ! part of thymus
relationship: RO:0002203 CL:0000005 ! develops into plasma cell
relationship: RO:0002120 CL:0000003 ! synapsed to myeloid leukocyte
relationship: RO:0002215 GO:0000001 ! capable of something we do not keep

[Term]
id: CL:0000005
name: plasma cell
is_a: CL:0000002
is_a: CL:0000006

[Term]
id: CL:0000006
name: secretory cell
is_a: CL:0000000
is_a: UBERON:0000001

[Term]
id: CL:0000007
name: obsolete plasmacyte
is_obsolete: true
replaced_by: CL:0000005

[Term]
id: CL:0000008
name: obsolete nothing
is_obsolete: true

[Term]
id: UBERON:0002370
name: thymus

[Typedef]
id: RO:0002202
name: develops from
`;

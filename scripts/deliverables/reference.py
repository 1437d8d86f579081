"""Writes pandoc's reference document for Word as the bureau prints it: A4, a face that Japanese Windows has, ruled tables,
`n / N` at the foot of each page. `python3 reference.py OUT.docx`"""

import io
import re
import subprocess
import sys
import zipfile

FACE = "BIZ UDPGothic"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def field(name):
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {name} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr {W} {R}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    f'{field("PAGE")}<w:r><w:t xml:space="preserve"> / </w:t></w:r>{field("NUMPAGES")}</w:p></w:ftr>'
)
SECTION = (
    f'<w:sectPr {R}><w:footerReference w:type="default" r:id="rIdFooter"/>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1020" w:bottom="1134" w:left="1417" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
)
RULES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="777777"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def styles(text):
    fonts = f'<w:rFonts w:ascii="{FACE}" w:hAnsi="{FACE}" w:eastAsia="{FACE}" w:cs="{FACE}"/>'
    text = re.sub(r"<w:rFonts [^>]*/>", fonts, text)
    # The table style rules every cell.
    table = re.search(r'<w:style [^>]*w:styleId="Table".*?</w:style>', text, re.S).group(0)
    ruled = re.sub(r"<w:tblPr>", f"<w:tblPr><w:tblBorders>{RULES}</w:tblBorders>", table, count=1)
    return text.replace(table, ruled)


def main(out):
    made = subprocess.run(["pandoc", "--print-default-data-file", "reference.docx"], check=True, capture_output=True)
    with zipfile.ZipFile(io.BytesIO(made.stdout)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/styles.xml":
                data = styles(data.decode()).encode()
            elif name == "word/document.xml":
                text = re.sub(r"<w:sectPr\s*/>|<w:sectPr.*?</w:sectPr>", "", data.decode(), flags=re.S)
                data = text.replace("</w:body>", f"{SECTION}</w:body>").encode()
            elif name == "word/_rels/document.xml.rels":
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer"
                link = f'<Relationship Id="rIdFooter" Type="{kind}" Target="footer1.xml"/></Relationships>'
                data = data.decode().replace("</Relationships>", link).encode()
            elif name == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
                part = f'<Override PartName="/word/footer1.xml" ContentType="{kind}"/></Types>'
                data = data.decode().replace("</Types>", part).encode()
            new.writestr(name, data)
        new.writestr("word/footer1.xml", FOOTER)


main(sys.argv[1])

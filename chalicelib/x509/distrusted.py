"""Roots that browsers trusted once, so that their customers are told what happened.

These are the subjects that Mozilla's root store (certifi's releases since 2011) has held and holds no longer, and
whose validity reaches beyond 2019. One that comes back needs no change here: trust anchors are looked up first.
`make distrusted CERTDATA=…`, with Mozilla's certdata.txt, brings the list up to date; tests/upkeep tells how.
"""

from __future__ import annotations

DISTRUSTED = frozenset(
    """\
C=AT; O=e-commerce monitoring GmbH; CN=GLOBALTRUST 2020
C=BE; O=GlobalSign nv-sa; OU=Root CA; CN=GlobalSign Root CA
C=BM; O=QuoVadis Limited; CN=QuoVadis Root CA 2
C=BM; O=QuoVadis Limited; CN=QuoVadis Root CA 3
C=BM; O=QuoVadis Limited; OU=Root Certification Authority; CN=QuoVadis Root Certification Authority
C=CH; O=SwissSign AG; CN=SwissSign Gold CA - G2
C=CH; O=SwissSign AG; CN=SwissSign Silver CA - G2
C=CH; O=WISeKey; OU=Copyright (c) 2005; OU=OISTE Foundation Endorsed; CN=OISTE WISeKey Global Root GA CA
C=CN; O=CNNIC; CN=CNNIC ROOT
C=CN; O=China Internet Network Information Center; CN=China Internet Network Information Center EV Certificates Root
C=CN; O=WoSign CA Limited; CN=CA WoSign ECC Root
C=CN; O=WoSign CA Limited; CN=CA 沃通根证书
C=CN; O=WoSign CA Limited; CN=Certification Authority of WoSign
C=CN; O=WoSign CA Limited; CN=Certification Authority of WoSign G2
C=CO; O=Sociedad Cameral de Certificación Digital - Certicámara S.A.; CN=AC Raíz Certicámara S.A.
C=DE; O=TC TrustCenter GmbH; OU=TC TrustCenter Class 2 CA; CN=TC TrustCenter Class 2 CA II
C=DE; O=TC TrustCenter GmbH; OU=TC TrustCenter Class 3 CA; CN=TC TrustCenter Class 3 CA II
C=DE; O=TC TrustCenter GmbH; OU=TC TrustCenter Universal CA; CN=TC TrustCenter Universal CA I
C=DE; O=TC TrustCenter GmbH; OU=TC TrustCenter Universal CA; CN=TC TrustCenter Universal CA III
C=DK; O=TDC Internet; OU=TDC Internet Root CA
C=DK; O=TDC; CN=TDC OCES CA
C=EE; O=AS Sertifitseerimiskeskus; CN=EE Certification Centre Root CA; emailAddress=pki@sk.ee
C=ES; O=Agencia Catalana de Certificacio (NIF Q-0801176-I); OU=Serveis Publics de Certificacio; OU=Vegeu https://www.catcert.net/verarrel (c)03; OU=Jerarquia Entitats de Certificacio Catalanes; CN=EC-ACC
C=ES; O=Firmaprofesional SA; organizationIdentifier=VATES-A62634068; CN=FIRMAPROFESIONAL CA ROOT-A WEB
C=ES; O=Generalitat Valenciana; OU=PKIGVA; CN=Root CA Generalitat Valenciana
C=EU; L=Madrid (see current address at www.camerfirma.com/address); serialNumber=A82743287; O=AC Camerfirma S.A.; CN=Chambers of Commerce Root - 2008
C=EU; L=Madrid (see current address at www.camerfirma.com/address); serialNumber=A82743287; O=AC Camerfirma S.A.; CN=Global Chambersign Root - 2008
C=EU; O=AC Camerfirma SA CIF A82743287; OU=http://www.chambersign.org; CN=Chambers of Commerce Root
C=EU; O=AC Camerfirma SA CIF A82743287; OU=http://www.chambersign.org; CN=Global Chambersign Root
C=FI; O=Sonera; CN=Sonera Class2 CA
C=FR; O=Certinomis; OU=0002 433998903; CN=Certinomis - Autorité Racine
C=FR; O=Certinomis; OU=0002 433998903; CN=Certinomis - Root CA
C=FR; O=Certplus; CN=Certplus Root CA G1
C=FR; O=Certplus; CN=Certplus Root CA G2
C=FR; O=Dhimyotis; CN=Certigna
C=FR; O=OpenTrust; CN=OpenTrust Root CA G1
C=FR; O=OpenTrust; CN=OpenTrust Root CA G2
C=FR; O=OpenTrust; CN=OpenTrust Root CA G3
C=FR; ST=France; L=Paris; O=PM/SGDN; OU=DCSSI; CN=IGC/A; emailAddress=igca@sgdn.pm.gouv.fr
C=GB; O=Trustis Limited; OU=Trustis FPS Root CA
C=GB; ST=Greater Manchester; L=Salford; O=COMODO CA Limited; CN=COMODO Certification Authority
C=GB; ST=Greater Manchester; L=Salford; O=Comodo CA Limited; CN=AAA Certificate Services
C=GB; ST=Greater Manchester; L=Salford; O=Comodo CA Limited; CN=Secure Certificate Services
C=GB; ST=Greater Manchester; L=Salford; O=Comodo CA Limited; CN=Trusted Certificate Services
C=GR; O=Hellenic Academic and Research Institutions Cert. Authority; CN=Hellenic Academic and Research Institutions RootCA 2011
C=HK; O=Hongkong Post; CN=Hongkong Post Root CA 1
C=IE; O=Baltimore; OU=CyberTrust; CN=Baltimore CyberTrust Root
C=IL; O=StartCom Ltd.; CN=StartCom Certification Authority G2
C=IL; O=StartCom Ltd.; OU=Secure Digital Certificate Signing; CN=StartCom Certification Authority
C=IN; OU=emSign PKI; O=eMudhra Technologies Limited; CN=emSign ECC Root CA - G3
C=IN; OU=emSign PKI; O=eMudhra Technologies Limited; CN=emSign Root CA - G1
C=JP; O=Cybertrust Japan Co., Ltd.; CN=SecureSign Root CA12
C=JP; O=Japan Certification Services, Inc.; CN=SecureSign RootCA11
C=JP; O=SECOM Trust Systems CO.,LTD.; CN=Security Communication RootCA3
C=JP; O=SECOM Trust Systems CO.,LTD.; OU=Security Communication EV RootCA1
C=JP; O=SECOM Trust.net; OU=Security Communication RootCA1
C=LU; O=LuxTrust S.A.; CN=LuxTrust Global Root 2
C=NL; O=Staat der Nederlanden; CN=Staat der Nederlanden EV Root CA
C=NL; O=Staat der Nederlanden; CN=Staat der Nederlanden Root CA - G2
C=NL; O=Staat der Nederlanden; CN=Staat der Nederlanden Root CA - G3
C=PA; ST=Panama; L=Panama City; O=TrustCor Systems S. de R.L.; OU=TrustCor Certificate Authority; CN=TrustCor ECA-1
C=PA; ST=Panama; L=Panama City; O=TrustCor Systems S. de R.L.; OU=TrustCor Certificate Authority; CN=TrustCor RootCert CA-1
C=PA; ST=Panama; L=Panama City; O=TrustCor Systems S. de R.L.; OU=TrustCor Certificate Authority; CN=TrustCor RootCert CA-2
C=PL; O=Unizeto Sp. z o.o.; CN=Certum CA
C=RO; O=certSIGN; OU=certSIGN ROOT CA
C=SE; O=AddTrust AB; OU=AddTrust External TTP Network; CN=AddTrust External CA Root
C=SE; O=AddTrust AB; OU=AddTrust TTP Network; CN=AddTrust Class 1 CA Root
C=SE; O=AddTrust AB; OU=AddTrust TTP Network; CN=AddTrust Public CA Root
C=SE; O=AddTrust AB; OU=AddTrust TTP Network; CN=AddTrust Qualified CA Root
C=SK; L=Bratislava; O=Disig a.s.; CN=CA Disig Root R1
C=TR; L=Ankara; O=E-Tugra EBG A.S.; OU=E-Tugra Trust Center; CN=E-Tugra Global Root CA ECC v3
C=TR; L=Ankara; O=E-Tugra EBG A.S.; OU=E-Tugra Trust Center; CN=E-Tugra Global Root CA RSA v3
C=TR; L=Ankara; O=E-Tuğra EBG Bilişim Teknolojileri ve Hizmetleri A.Ş.; OU=E-Tugra Sertifikasyon Merkezi; CN=E-Tugra Certification Authority
C=TR; L=Ankara; O=TÜRKTRUST Bilgi İletişim ve Bilişim Güvenliği Hizmetleri A.Ş.; CN=TÜRKTRUST Elektronik Sertifika Hizmet Sağlayıcısı H5
C=TR; L=Ankara; O=TÜRKTRUST Bilgi İletişim ve Bilişim Güvenliği Hizmetleri A.Ş.; CN=TÜRKTRUST Elektronik Sertifika Hizmet Sağlayıcısı H6
C=TW; O=Chunghwa Telecom Co., Ltd.; OU=ePKI Root Certification Authority
C=TW; O=Government Root Certification Authority
C=US; O=AffirmTrust; CN=AffirmTrust Commercial
C=US; O=AffirmTrust; CN=AffirmTrust Networking
C=US; O=AffirmTrust; CN=AffirmTrust Premium
C=US; O=AffirmTrust; CN=AffirmTrust Premium ECC
C=US; O=America Online Inc.; CN=America Online Root Certification Authority 1
C=US; O=America Online Inc.; CN=America Online Root Certification Authority 2
C=US; O=CommScope; CN=CommScope Public Trust ECC Root-01
C=US; O=CommScope; CN=CommScope Public Trust ECC Root-02
C=US; O=CommScope; CN=CommScope Public Trust RSA Root-01
C=US; O=CommScope; CN=CommScope Public Trust RSA Root-02
C=US; O=DigiCert Inc; OU=www.digicert.com; CN=DigiCert Assured ID Root CA
C=US; O=DigiCert Inc; OU=www.digicert.com; CN=DigiCert Global Root CA
C=US; O=DigiCert Inc; OU=www.digicert.com; CN=DigiCert High Assurance EV Root CA
C=US; O=Entrust, Inc.; OU=See www.entrust.net/legal-terms; OU=(c) 2009 Entrust, Inc. - for authorized use only; CN=Entrust Root Certification Authority - G2
C=US; O=Entrust, Inc.; OU=See www.entrust.net/legal-terms; OU=(c) 2012 Entrust, Inc. - for authorized use only; CN=Entrust Root Certification Authority - EC1
C=US; O=Entrust, Inc.; OU=See www.entrust.net/legal-terms; OU=(c) 2015 Entrust, Inc. - for authorized use only; CN=Entrust Root Certification Authority - G4
C=US; O=Entrust, Inc.; OU=www.entrust.net/CPS is incorporated by reference; OU=(c) 2006 Entrust, Inc.; CN=Entrust Root Certification Authority
C=US; O=Equifax Secure Inc.; CN=Equifax Secure Global eBusiness CA-1
C=US; O=Equifax Secure Inc.; CN=Equifax Secure eBusiness CA-1
C=US; O=GeoTrust Inc.; CN=GeoTrust Global CA
C=US; O=GeoTrust Inc.; CN=GeoTrust Primary Certification Authority
C=US; O=GeoTrust Inc.; CN=GeoTrust Universal CA
C=US; O=GeoTrust Inc.; CN=GeoTrust Universal CA 2
C=US; O=GeoTrust Inc.; OU=(c) 2007 GeoTrust Inc. - For authorized use only; CN=GeoTrust Primary Certification Authority - G2
C=US; O=GeoTrust Inc.; OU=(c) 2008 GeoTrust Inc. - For authorized use only; CN=GeoTrust Primary Certification Authority - G3
C=US; O=Google Trust Services LLC; CN=GTS Root R2
C=US; O=Network Solutions L.L.C.; CN=Network Solutions Certificate Authority
C=US; O=SecureTrust Corporation; CN=Secure Global CA
C=US; O=SecureTrust Corporation; CN=SecureTrust CA
C=US; O=Starfield Technologies, Inc.; OU=Starfield Class 2 Certification Authority
C=US; O=The Go Daddy Group, Inc.; OU=Go Daddy Class 2 Certification Authority
C=US; O=VISA; OU=Visa International Service Association; CN=Visa eCommerce Root
C=US; O=VeriSign, Inc.; OU=Class 3 Public Primary Certification Authority
C=US; O=VeriSign, Inc.; OU=Class 3 Public Primary Certification Authority - G2; OU=(c) 1998 VeriSign, Inc. - For authorized use only; OU=VeriSign Trust Network
C=US; O=VeriSign, Inc.; OU=Class 4 Public Primary Certification Authority - G2; OU=(c) 1998 VeriSign, Inc. - For authorized use only; OU=VeriSign Trust Network
C=US; O=VeriSign, Inc.; OU=VeriSign Trust Network; OU=(c) 1999 VeriSign, Inc. - For authorized use only; CN=VeriSign Class 3 Public Primary Certification Authority - G3
C=US; O=VeriSign, Inc.; OU=VeriSign Trust Network; OU=(c) 1999 VeriSign, Inc. - For authorized use only; CN=VeriSign Class 4 Public Primary Certification Authority - G3
C=US; O=VeriSign, Inc.; OU=VeriSign Trust Network; OU=(c) 2006 VeriSign, Inc. - For authorized use only; CN=VeriSign Class 3 Public Primary Certification Authority - G5
C=US; O=VeriSign, Inc.; OU=VeriSign Trust Network; OU=(c) 2007 VeriSign, Inc. - For authorized use only; CN=VeriSign Class 3 Public Primary Certification Authority - G4
C=US; O=VeriSign, Inc.; OU=VeriSign Trust Network; OU=(c) 2008 VeriSign, Inc. - For authorized use only; CN=VeriSign Universal Root Certification Authority
C=US; O=Wells Fargo WellsSecure; OU=Wells Fargo Bank NA; CN=WellsSecure Public Root Certificate Authority
C=US; O=Wells Fargo; OU=Wells Fargo Certification Authority; CN=Wells Fargo Root Certificate Authority
C=US; O=thawte, Inc.; OU=(c) 2007 thawte, Inc. - For authorized use only; CN=thawte Primary Root CA - G2
C=US; O=thawte, Inc.; OU=Certification Services Division; OU=(c) 2006 thawte, Inc. - For authorized use only; CN=thawte Primary Root CA
C=US; O=thawte, Inc.; OU=Certification Services Division; OU=(c) 2008 thawte, Inc. - For authorized use only; CN=thawte Primary Root CA - G3
C=US; OU=emSign PKI; O=eMudhra Inc; CN=emSign ECC Root CA - C3
C=US; OU=emSign PKI; O=eMudhra Inc; CN=emSign Root CA - C1
C=US; OU=www.xrampsecurity.com; O=XRamp Security Services Inc; CN=XRamp Global Certification Authority
C=US; ST=Illinois; L=Chicago; O=Trustwave Holdings, Inc.; CN=Trustwave Global Certification Authority
C=US; ST=Illinois; L=Chicago; O=Trustwave Holdings, Inc.; CN=Trustwave Global ECC P256 Certification Authority
C=US; ST=Illinois; L=Chicago; O=Trustwave Holdings, Inc.; CN=Trustwave Global ECC P384 Certification Authority
C=ZA; ST=Western Cape; L=Cape Town; O=Thawte Consulting cc; OU=Certification Services Division; CN=Thawte Premium Server CA; emailAddress=premium-server@thawte.com
C=ZA; ST=Western Cape; L=Cape Town; O=Thawte Consulting cc; OU=Certification Services Division; CN=Thawte Server CA; emailAddress=server-certs@thawte.com
C=ch; O=Swisscom; OU=Digital Certificate Services; CN=Swisscom Root CA 1
C=ch; O=Swisscom; OU=Digital Certificate Services; CN=Swisscom Root CA 2
C=ch; O=Swisscom; OU=Digital Certificate Services; CN=Swisscom Root EV CA 2
CN=ACEDICOM Root; OU=PKI; O=EDICOM; C=ES
CN=Atos TrustedRoot 2011; O=Atos; C=DE
CN=ComSign Secured CA; O=ComSign; C=IL
O=Cybertrust, Inc; CN=Cybertrust Global Root
O=Digital Signature Trust Co.; CN=DST Root CA X3
O=Entrust.net; OU=www.entrust.net/CPS_2048 incorp. by ref. (limits liab.); OU=(c) 1999 Entrust.net Limited; CN=Entrust.net Certification Authority (2048)
O=RSA Security Inc; OU=RSA Security 2048 V3
O=TeliaSonera; CN=TeliaSonera Root CA v1
OU=GlobalSign Root CA - R2; O=GlobalSign; CN=GlobalSign
emailAddress=contacto@procert.net.ve; L=Chacao; ST=Miranda; OU=Proveedor de Certificados PROCERT; O=Sistema Nacional de Certificacion Electronica; C=VE; CN=PSCProcert
""".splitlines()  # noqa: E501
)

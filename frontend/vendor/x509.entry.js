// What of @peculiar/x509 the console uses; build.sh makes x509.js of it.
import 'reflect-metadata';
export {
  BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension,
  Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension, X509Certificate,
  X509CertificateGenerator, cryptoProvider,
} from '@peculiar/x509';

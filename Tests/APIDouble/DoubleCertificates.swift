// SPDX-License-Identifier: Apache-2.0
// Certificates made for one run: no key lies in the repository, and none ends.

internal import Crypto
internal import FoundationEssentials
internal import SwiftASN1
internal import X509

/// An authority and the certificate of a server at 127.0.0.1.
public struct DoubleCertificates: Sendable {
    /// The authority's certificate, PEM.
    public let authority: String
    /// The server's certificate, PEM.
    public let certificate: String
    /// Its key, PEM.
    public let key: String

    /// Makes new ones, for a day.
    public init() throws {
        let authorityKey = P256.Signing.PrivateKey()
        let issuer = try DistinguishedName { CommonName("authority of a test") }
        let start = Date() - 3_600
        let end = Date() + 86_400
        let root = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(authorityKey.publicKey),
            notValidBefore: start, notValidAfter: end, issuer: issuer, subject: issuer,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: .init(authorityKey))
        let serverKey = P256.Signing.PrivateKey()
        let leaf = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(serverKey.publicKey),
            notValidBefore: start, notValidAfter: end, issuer: issuer,
            subject: try DistinguishedName { CommonName("kube-apiserver") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([
                    .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])), .dnsName("localhost"),
                ])
            }, issuerPrivateKey: .init(authorityKey))
        authority = try root.serializeAsPEM().pemString
        certificate = try leaf.serializeAsPEM().pemString
        key = serverKey.pemRepresentation
    }
}

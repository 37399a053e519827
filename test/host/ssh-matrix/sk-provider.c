/*
 * A security key (FIDO) made of software, for OpenSSH's SecurityKeyProvider: ed25519, touched at once. Its key handle is
 * the private key itself. The declarations are those of OpenSSH's sk-api.h and of OpenSSL.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ED25519 1
#define EVP_PKEY_ED25519 1087
#define API_VERSION 0x000a0000
#define UNSUPPORTED -2
#define GENERAL -1

typedef struct evp_pkey EVP_PKEY;
typedef struct evp_md_ctx EVP_MD_CTX;
EVP_PKEY *EVP_PKEY_new_raw_private_key(int, void *, const uint8_t *, size_t);
int EVP_PKEY_get_raw_public_key(const EVP_PKEY *, uint8_t *, size_t *);
void EVP_PKEY_free(EVP_PKEY *);
EVP_MD_CTX *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(EVP_MD_CTX *);
int EVP_DigestSignInit(EVP_MD_CTX *, void *, const void *, void *, EVP_PKEY *);
int EVP_DigestSign(EVP_MD_CTX *, uint8_t *, size_t *, const uint8_t *, size_t);
uint8_t *SHA256(const uint8_t *, size_t, uint8_t *);
int RAND_bytes(uint8_t *, int);

struct sk_enroll_response {
    uint8_t flags;
    uint8_t *public_key;
    size_t public_key_len;
    uint8_t *key_handle;
    size_t key_handle_len;
    uint8_t *signature;
    size_t signature_len;
    uint8_t *attestation_cert;
    size_t attestation_cert_len;
    uint8_t *authdata;
    size_t authdata_len;
};

struct sk_sign_response {
    uint8_t flags;
    uint32_t counter;
    uint8_t *sig_r;
    size_t sig_r_len;
    uint8_t *sig_s;
    size_t sig_s_len;
};

uint32_t sk_api_version(void) { return API_VERSION; }

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application, uint8_t flags,
              const char *pin, void **options, struct sk_enroll_response **response) {
    (void)challenge, (void)challenge_len, (void)application, (void)pin, (void)options;
    if (alg != ED25519) return UNSUPPORTED;
    struct sk_enroll_response *made = calloc(1, sizeof *made);
    made->flags = flags;
    made->key_handle = malloc(made->key_handle_len = 32);
    made->public_key = malloc(made->public_key_len = 32);
    made->signature = calloc(1, made->signature_len = 64);
    RAND_bytes(made->key_handle, 32);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, made->key_handle, 32);
    int is_made = key && EVP_PKEY_get_raw_public_key(key, made->public_key, &made->public_key_len) == 1;
    EVP_PKEY_free(key);
    *response = made;
    return is_made ? 0 : GENERAL;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application, const uint8_t *key_handle,
            size_t key_handle_len, uint8_t flags, const char *pin, void **options, struct sk_sign_response **response) {
    (void)pin, (void)options;
    if (alg != ED25519 || key_handle_len != 32) return UNSUPPORTED;
    struct sk_sign_response *made = calloc(1, sizeof *made);
    made->flags = flags;
    made->counter = 1;
    uint8_t message[32 + 1 + 4 + 32] = {0};
    SHA256((const uint8_t *)application, strlen(application), message);
    message[32] = flags;
    message[36] = 1;
    SHA256(data, data_len, message + 37);
    made->sig_r = malloc(made->sig_r_len = 64);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key_handle, 32);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int is_signed = key && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
                    EVP_DigestSign(context, made->sig_r, &made->sig_r_len, message, sizeof message) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    *response = made;
    return is_signed ? 0 : GENERAL;
}

int sk_load_resident_keys(const char *pin, void **options, void ***keys, size_t *count) {
    (void)pin, (void)options, (void)keys, (void)count;
    return UNSUPPORTED;
}

#include "CCurl.h"

/* The parentheses around curl_easy_setopt and curl_easy_getinfo keep their type-checking macros out: the option is
 * no constant here, so the macros could check nothing. */

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return (curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return (curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return (curl_easy_setopt)(easy, option, value);
}

CURLcode ccurl_set_callbacks(CURL *easy, ccurl_callbacks callbacks, void *context) {
    CURLcode code = CURLE_OK;
    CURLcode next;
#define SET(option, value) \
    next = (curl_easy_setopt)(easy, option, value); \
    if (code == CURLE_OK) code = next
    SET(CURLOPT_HEADERFUNCTION, callbacks.header);
    SET(CURLOPT_HEADERDATA, context);
    SET(CURLOPT_WRITEFUNCTION, callbacks.body);
    SET(CURLOPT_WRITEDATA, context);
    SET(CURLOPT_READFUNCTION, callbacks.upload);
    SET(CURLOPT_READDATA, context);
    SET(CURLOPT_SEEKFUNCTION, callbacks.rewind);
    SET(CURLOPT_SEEKDATA, context);
    SET(CURLOPT_PREREQFUNCTION, callbacks.connected);
    SET(CURLOPT_PREREQDATA, context);
    SET(CURLOPT_PRIVATE, context);
#undef SET
    return code;
}

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return (curl_multi_setopt)(multi, option, value);
}

curl_off_t ccurl_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return (curl_easy_getinfo)(easy, info, &value) == CURLE_OK ? value : 0;
}

void *ccurl_get_context(CURL *easy) {
    char *context = NULL;
    return (curl_easy_getinfo)(easy, CURLINFO_PRIVATE, &context) == CURLE_OK ? context : NULL;
}

CURL *ccurl_multi_next_finished(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

CURLcode ccurl_unpause(CURL *easy) {
    return curl_easy_pause(easy, CURLPAUSE_CONT);
}
